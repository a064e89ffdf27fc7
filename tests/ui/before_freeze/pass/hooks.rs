//! With and without `async`, `Result`, parameters.

use faas::State;

struct Db;

#[faas::before_freeze(timeout = "2s")]
async fn first(_db: State<Db>) -> Result<(), faas::Error> {
    Ok(())
}

#[faas::before_freeze(name = "second-one", crate = ::faas)]
fn second() {}

#[faas::before_freeze]
fn third() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}

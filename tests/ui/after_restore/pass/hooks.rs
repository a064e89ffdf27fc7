//! With and without `async`, `Result`, parameters.

use faas::State;

struct Db;

#[faas::after_restore(timeout = "10s")]
async fn first(_db: State<Db>) -> Result<(), faas::Error> {
    Ok(())
}

#[faas::after_restore(name = "second-one", crate = ::faas)]
fn second() {}

#[faas::after_restore]
fn third() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}

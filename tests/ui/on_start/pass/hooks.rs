//! With and without `async`, `Result`, parameters.

use faas::State;

struct Db;

#[faas::on_start(timeout = "10s")]
async fn warm_up(_db: State<Db>) -> Result<(), faas::Error> {
    Ok(())
}

#[faas::on_start(name = "greet")]
fn hello() {}

fn main() {}

//! With and without `async`, `Result`, parameters.

use faas::State;

struct Db;

#[faas::on_stop(timeout = "2s")]
async fn flush(_db: State<Db>) {}

#[faas::on_stop]
fn bye() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}

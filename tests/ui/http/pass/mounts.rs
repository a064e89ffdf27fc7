//! Routers with and without `async` and `Result`.

use axum::Router;
use faas::State;

struct Db;

#[faas::http(mount = "/")]
fn legacy(_db: State<Db>) -> Router {
    Router::new()
}

#[faas::http(mount = "/admin")]
async fn admin() -> Result<Router, faas::Error> {
    Ok(Router::new())
}

fn main() {}

// code: F0126
//! A path beside a mount.

#[faas::http("/orders", mount = "/")]
fn legacy() -> axum::Router {
    axum::Router::new()
}

fn main() {}

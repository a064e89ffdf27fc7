// code: F0127
//! Methods beside a mount.

#[faas::http(GET | POST, mount = "/")]
fn legacy() -> axum::Router {
    axum::Router::new()
}

fn main() {}

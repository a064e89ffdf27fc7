// code: F0141
//! A parameter in the prefix of a mount.

#[faas::http(mount = "/{tenant}")]
fn legacy() -> axum::Router {
    axum::Router::new()
}

fn main() {}

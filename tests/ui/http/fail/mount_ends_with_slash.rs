// code: F0142
//! A prefix that ends with a slash.

#[faas::http(mount = "/admin/")]
fn legacy() -> axum::Router {
    axum::Router::new()
}

fn main() {}

// code: F0162
//! The helper attribute on a parameter.

#[faas::http(GET, "/orders/{id}")]
async fn order(#[faas(path)] _id: axum::extract::Path<u64>) {}

fn main() {}

//! A parameter that only HTTP functions can have.

#[faas::invoke]
async fn order(axum::extract::Path(_id): axum::extract::Path<u64>) {}

fn main() {}

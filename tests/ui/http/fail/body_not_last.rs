//! The body stands before a part of the request.

use axum::http::Method;

#[faas::http(POST, "/orders")]
async fn create(_body: faas::Json<u64>, _method: Method) {}

fn main() {}

// code: F0109
//! Two paths on one function.

#[faas::http(GET, "/orders", "/items")]
async fn orders() {}

fn main() {}

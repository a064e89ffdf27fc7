// code: F0134
//! A parameter whose name is no identifier.

#[faas::http(GET, "/orders/{order-id}")]
async fn orders() {}

fn main() {}

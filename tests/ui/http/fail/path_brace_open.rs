// code: F0133
//! A brace that is not closed.

#[faas::http(GET, "/orders/{id")]
async fn orders() {}

fn main() {}

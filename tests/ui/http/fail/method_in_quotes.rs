// code: F0122
//! A method in quotes.

#[faas::http("GET", "/orders")]
async fn orders() {}

fn main() {}

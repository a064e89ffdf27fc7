// code: F0121
//! A method that HTTP does not know.

#[faas::http(GTE, "/orders")]
async fn orders() {}

fn main() {}

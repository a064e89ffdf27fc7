// code: F0122
//! A method in small letters.

#[faas::http(get, "/orders")]
async fn orders() {}

fn main() {}

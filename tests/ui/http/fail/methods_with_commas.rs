// code: F0124
//! Methods that are not joined by `|`.

#[faas::http(GET, POST, "/orders")]
async fn orders() {}

fn main() {}

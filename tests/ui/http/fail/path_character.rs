// code: F0140
//! A character that no request line holds.

#[faas::http(GET, "/café")]
async fn orders() {}

fn main() {}

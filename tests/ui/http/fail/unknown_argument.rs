// code: F0101
//! An argument that does not exist, near to one that does.

#[faas::http(GET, "/orders", timeot = "2s")]
async fn orders() {}

fn main() {}

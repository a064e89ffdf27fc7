// code: F0102
//! The path is given with a name.

#[faas::http(GET, path = "/orders")]
async fn orders() {}

fn main() {}

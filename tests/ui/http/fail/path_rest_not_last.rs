// code: F0136
//! Something behind the rest of the path.

#[faas::http(GET, "/files/{*rest}/meta")]
async fn orders() {}

fn main() {}

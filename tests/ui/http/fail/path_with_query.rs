// code: F0138
//! A query in the path.

#[faas::http(GET, "/orders?id={id}")]
async fn orders() {}

fn main() {}

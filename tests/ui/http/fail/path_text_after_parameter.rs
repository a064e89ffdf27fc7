// code: F0137
//! Text behind a parameter in one segment.

#[faas::http(GET, "/files/{name}.png")]
async fn orders() {}

fn main() {}

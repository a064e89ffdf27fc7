// code: F0125
//! Methods, but no path.

#[faas::http(GET)]
async fn orders() {}

fn main() {}

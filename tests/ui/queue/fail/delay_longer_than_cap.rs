// code: F0192
//! The first delay is longer than the longest.

#[faas::queue("orders", retry(delay = "1m", cap = "30s"))]
async fn handle() {}

fn main() {}

// code: F0192
//! The first delay is longer than the longest, which was not given.

#[faas::queue("orders", retry(delay = "10m"))]
async fn handle() {}

fn main() {}

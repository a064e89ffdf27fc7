// code: F0185
//! How AWS writes a span of time.

#[faas::timer("rate(5 minutes)")]
async fn handle() {}

fn main() {}

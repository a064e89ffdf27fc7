// code: F0183
//! An hour that no day has.

#[faas::timer("0 24 * * *")]
async fn handle() {}

fn main() {}

// code: F0183
//! A field is missing.

#[faas::timer("0 3 * *")]
async fn handle() {}

fn main() {}

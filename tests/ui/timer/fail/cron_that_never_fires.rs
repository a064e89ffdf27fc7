// code: F0184
//! A day that its month never has.

#[faas::timer("0 0 30 2 *")]
async fn handle() {}

fn main() {}

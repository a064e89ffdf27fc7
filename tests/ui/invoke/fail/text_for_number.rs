// code: F0105
//! Text where a number belongs.

#[faas::invoke(concurrency = "4")]
async fn sum() {}

fn main() {}

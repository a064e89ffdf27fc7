// code: F0105
//! Text where a path belongs.

#[faas::invoke(crate = "faas")]
async fn sum() {}

fn main() {}

// code: F0105
//! A number where text belongs.

#[faas::invoke(timeout = 2)]
async fn sum() {}

fn main() {}

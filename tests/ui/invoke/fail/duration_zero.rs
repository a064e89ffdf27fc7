// code: F0112
//! A time limit that leaves no time.

#[faas::invoke(timeout = "0s")]
async fn sum() {}

fn main() {}

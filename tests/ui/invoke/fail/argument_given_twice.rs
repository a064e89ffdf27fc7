// code: F0103
//! One argument with two values.

#[faas::invoke(timeout = "2s", timeout = "3s")]
async fn sum() {}

fn main() {}

// code: F0111
//! A time limit without a unit.

#[faas::invoke(timeout = "2")]
async fn sum() {}

fn main() {}

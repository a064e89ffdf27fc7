// code: F0113
//! A size with a unit that does not exist.

#[faas::invoke(memory = "256mb")]
async fn sum() {}

fn main() {}

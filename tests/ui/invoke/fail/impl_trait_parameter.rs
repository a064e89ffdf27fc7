// code: F0158
//! A parameter without a concrete type.

#[faas::invoke]
async fn sum(_numbers: impl Send) {}

fn main() {}

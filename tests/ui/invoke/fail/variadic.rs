// code: F0157
//! A fn with any number of parameters.

#[faas::invoke]
fn sum(_: ...) {}

fn main() {}

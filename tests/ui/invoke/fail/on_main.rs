// code: F0154
//! The fn that starts the program.

#[faas::invoke]
fn main() {}

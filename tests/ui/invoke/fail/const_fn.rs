// code: F0156
//! A const fn.

#[faas::invoke]
const fn sum() {}

fn main() {}

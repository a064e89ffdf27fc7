// code: F0151
//! A struct in place of a fn.

#[faas::invoke]
struct Sum;

fn main() {}

// code: F0171
//! A mount of nothing.

#[faas::http(mount = "/")]
fn legacy() {}

fn main() {}

// code: F0156
//! An unsafe fn.

#[faas::invoke]
async unsafe fn sum() {}

fn main() {}

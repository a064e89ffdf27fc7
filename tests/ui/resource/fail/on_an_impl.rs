// code: F0151
//! An impl in place of a fn.

struct Db;

#[faas::resource]
impl Db {}

fn main() {}

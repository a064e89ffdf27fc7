// code: F0102
//! An argument that belongs to functions.

#[faas::before_freeze(concurrency = 4)]
async fn handle() {}

fn main() {}

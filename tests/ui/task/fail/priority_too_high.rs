// code: F0117
//! A priority beyond what is kept of it.

#[faas::task(priority = 100000)]
async fn handle() {}

fn main() {}

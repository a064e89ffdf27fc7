// code: F0193
//! A list of no keys.

#[faas::task(idempotent(key = []))]
async fn handle() {}

fn main() {}

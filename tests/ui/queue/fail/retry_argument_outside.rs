// code: F0102
//! An argument of `retry` outside of it.

#[faas::queue("orders", max = 3)]
async fn handle() {}

fn main() {}

// code: F0101
//! An argument that `retry` does not have.

#[faas::queue("orders", retry(maxi = 3))]
async fn handle() {}

fn main() {}

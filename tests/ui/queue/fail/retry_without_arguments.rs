// code: F0104
//! Nothing is said about retries.

#[faas::queue("orders", retry)]
async fn handle() {}

fn main() {}

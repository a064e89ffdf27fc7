// code: F0116
//! No delivery at all may run.

#[faas::queue("orders", concurrency = 0)]
async fn handle() {}

fn main() {}

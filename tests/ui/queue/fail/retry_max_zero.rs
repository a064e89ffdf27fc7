// code: F0116
//! Not even a first attempt.

#[faas::queue("orders", retry(max = 0))]
async fn handle() {}

fn main() {}

// code: F0103
//! An argument of `retry` given twice.

#[faas::queue("orders", retry(max = 3, max = 4))]
async fn handle() {}

fn main() {}

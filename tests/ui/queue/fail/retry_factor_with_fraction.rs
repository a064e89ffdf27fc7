// code: F0105
//! A factor that is no whole number.

#[faas::queue("orders", retry(factor = 1.5))]
async fn handle() {}

fn main() {}

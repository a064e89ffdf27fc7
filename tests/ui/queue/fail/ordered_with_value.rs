// code: F0106
//! A flag with a value.

#[faas::queue("orders", ordered = true)]
async fn handle() {}

fn main() {}

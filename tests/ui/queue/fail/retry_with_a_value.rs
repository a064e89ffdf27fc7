// code: F0105
//! A number in place of arguments.

#[faas::queue("orders", retry = 3)]
async fn handle() {}

fn main() {}

// code: F0105
//! A queue without quotes.

#[faas::queue(orders)]
async fn handle() {}

fn main() {}

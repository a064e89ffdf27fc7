// code: F0178
//! No queue at all.

#[faas::queue]
async fn handle() {}

fn main() {}

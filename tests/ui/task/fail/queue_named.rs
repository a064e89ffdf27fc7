// code: F0102
//! A task function has no queue of the user's.

#[faas::task(queue = "films")]
async fn handle() {}

fn main() {}

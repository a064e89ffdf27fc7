// code: F0109
//! Two queues.

#[faas::queue("orders", "returns")]
async fn handle() {}

fn main() {}

// code: F0102
//! The queue has a name before it.

#[faas::queue(topic = "orders")]
async fn handle() {}

fn main() {}

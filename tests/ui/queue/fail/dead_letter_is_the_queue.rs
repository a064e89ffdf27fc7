// code: F0191
//! What fails would come back.

#[faas::queue("orders", dead_letter = "orders.fifo")]
async fn handle() {}

fn main() {}

// code: F0165
//! Two parameters that take the delivery.

#[faas::queue("orders")]
async fn handle(_first: faas::Message<u64>, _second: faas::Message<u64>) {}

fn main() {}

// code: F0143
//! A path in another notation where a JSON Pointer is expected.

#[faas::invoke(idempotent(key = "order.id"))]
async fn handle() {}

fn main() {}

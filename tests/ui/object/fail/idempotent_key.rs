// code: F0102
//! What happens to an object has nothing that a key could point into.

#[faas::object("uploads", idempotent(key = "/key"))]
async fn handle() {}

fn main() {}

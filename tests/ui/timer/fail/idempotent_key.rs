// code: F0102
//! A tick has nothing that a key could point into.

#[faas::timer(every = "5m", idempotent(key = "/id"))]
async fn handle() {}

fn main() {}

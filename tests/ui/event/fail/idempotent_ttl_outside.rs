// code: F0102
//! An argument of `idempotent` beside it.

#[faas::event("com.example.order", idempotent, ttl = "1h")]
async fn handle() {}

fn main() {}

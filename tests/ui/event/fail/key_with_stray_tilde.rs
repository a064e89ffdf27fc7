// code: F0143
//! A `~` that is no escape.

#[faas::event("com.example.order", idempotent(key = ["/customer", "/a~b"]))]
async fn handle() {}

fn main() {}

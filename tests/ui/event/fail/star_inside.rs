// code: F0190
//! A type that is left open inside.

#[faas::event("com.*.created")]
async fn handle() {}

fn main() {}

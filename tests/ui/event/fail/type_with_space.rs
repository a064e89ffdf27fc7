// code: F0189
//! A type that no event has.

#[faas::event("user.created ")]
async fn handle() {}

fn main() {}

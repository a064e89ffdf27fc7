// code: F0189
//! A source that no event has.

#[faas::event("com.example.user.created", source = "")]
async fn handle() {}

fn main() {}

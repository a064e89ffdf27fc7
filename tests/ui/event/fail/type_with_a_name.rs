// code: F0102
//! The type has a name before it.

#[faas::event(type = "com.example.user.created")]
async fn handle() {}

fn main() {}

// code: F0199
//! A pattern in place of a source.

#[faas::event("com.example.user.created", source = "/users/*")]
async fn handle() {}

fn main() {}

// code: F0178
//! No type at all.

#[faas::event(source = "/users")]
async fn handle() {}

fn main() {}

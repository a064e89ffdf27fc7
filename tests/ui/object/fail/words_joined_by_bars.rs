// code: F0105
//! Words as methods are written.

#[faas::object("uploads", on = created | removed)]
async fn handle() {}

fn main() {}

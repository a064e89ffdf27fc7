// code: F0193
//! Nothing could ever happen.

#[faas::object("uploads", on = [])]
async fn handle() {}

fn main() {}

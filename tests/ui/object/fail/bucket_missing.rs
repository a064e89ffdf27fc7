// code: F0178
//! No bucket at all.

#[faas::object(on = created)]
async fn handle() {}

fn main() {}

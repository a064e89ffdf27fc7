// code: F0108
//! No comma between words.

#[faas::object("uploads", on = [created removed])]
async fn handle() {}

fn main() {}

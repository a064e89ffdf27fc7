// code: F0194
//! The same word twice.

#[faas::object("uploads", on = [created, created])]
async fn handle() {}

fn main() {}

// code: F0195
//! A word that `on` does not have, near to one that it has.

#[faas::object("uploads", on = [creatd, removed])]
async fn handle() {}

fn main() {}

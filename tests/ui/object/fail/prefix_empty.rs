// code: F0198
//! A prefix that every key has.

#[faas::object("uploads", prefix = "")]
async fn handle() {}

fn main() {}

// code: F0199
//! A pattern in place of a suffix.

#[faas::object("uploads", suffix = "*.mp4")]
async fn handle() {}

fn main() {}

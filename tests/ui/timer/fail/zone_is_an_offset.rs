// code: F0182
//! An offset in place of a zone.

#[faas::timer("0 3 * * *", timezone = "UTC+8")]
async fn handle() {}

fn main() {}

// code: F0187
//! An address instead of a name.

#[faas::object("s3://uploads")]
async fn handle() {}

fn main() {}

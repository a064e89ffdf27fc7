// code: F0187
//! A folder in the name of the bucket.

#[faas::object("uploads/in")]
async fn handle() {}

fn main() {}

// code: F0182
//! A zone that is not in the database, near to one that is.

#[faas::timer("0 3 * * *", timezone = "Asia/Shangai")]
async fn handle() {}

fn main() {}

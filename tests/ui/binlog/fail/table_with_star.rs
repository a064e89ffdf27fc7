// code: F0188
//! A pattern in place of a table.

#[faas::binlog("shop.*")]
async fn handle() {}

fn main() {}

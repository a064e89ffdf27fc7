// code: F0188
//! An address instead of a table.

#[faas::binlog("mysql://127.0.0.1/shop")]
async fn handle() {}

fn main() {}

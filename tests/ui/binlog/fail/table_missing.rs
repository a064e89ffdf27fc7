// code: F0178
//! No table at all.

#[faas::binlog]
async fn handle() {}

fn main() {}

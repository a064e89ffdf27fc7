// code: F0105
//! A value where there is a flag, or arguments in parentheses.

#[faas::binlog("shop.orders", idempotent = true)]
async fn handle() {}

fn main() {}

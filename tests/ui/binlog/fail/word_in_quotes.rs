// code: F0196
//! A word in quotes.

#[faas::binlog("shop.orders", on = [insert, "update"])]
async fn handle() {}

fn main() {}

// code: F0195
//! A word that `on` has in another attribute.

#[faas::binlog("shop.orders", on = created)]
async fn handle() {}

fn main() {}

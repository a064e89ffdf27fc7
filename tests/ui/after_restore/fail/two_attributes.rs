// code: F0163
//! Two attributes of ours on one fn.

#[faas::after_restore]
#[faas::on_start]
async fn handle() {}

fn main() {}

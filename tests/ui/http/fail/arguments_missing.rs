// code: F0125
//! Neither a path nor a mount.

#[faas::http]
async fn orders() {}

fn main() {}

// code: F0112
//! A jitter that is none.

#[faas::timer("0 3 * * *", jitter = "0s")]
async fn handle() {}

fn main() {}

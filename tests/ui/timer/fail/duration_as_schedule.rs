// code: F0185
//! A span of time in place of a cron text.

#[faas::timer("5m")]
async fn handle() {}

fn main() {}

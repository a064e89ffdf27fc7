// code: F0180
//! A cron text and a span of time.

#[faas::timer("0 3 * * *", every = "5m")]
async fn handle() {}

fn main() {}

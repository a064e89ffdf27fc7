// code: F0102
//! The cron text has a name before it.

#[faas::timer(cron = "0 3 * * *")]
async fn handle() {}

fn main() {}

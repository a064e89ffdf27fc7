// code: F0195
//! A word that `after_crash` does not have.

#[faas::task(idempotent(after_crash = retries))]
async fn handle() {}

fn main() {}

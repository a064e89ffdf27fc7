// code: F0196
//! A word in quotes.

#[faas::timer("0 3 * * *", overlap = "queue")]
async fn handle() {}

fn main() {}

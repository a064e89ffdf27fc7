// code: F0105
//! A number in place of a word.

#[faas::timer("0 3 * * *", missed = 1)]
async fn handle() {}

fn main() {}

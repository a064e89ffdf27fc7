// code: F0195
//! A word that `missed` does not have, near to one that it has.

#[faas::timer("0 3 * * *", missed = onse)]
async fn handle() {}

fn main() {}

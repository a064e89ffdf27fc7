// code: F0107
//! A path on a function that has none.

#[faas::invoke("/sum")]
async fn sum() {}

fn main() {}

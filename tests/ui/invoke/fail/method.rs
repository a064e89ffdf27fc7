// code: F0107
//! Methods on a function that has none.

#[faas::invoke(GET | POST)]
async fn sum() {}

fn main() {}

// code: F0104
//! An argument that needs a value has none.

#[faas::invoke(timeout)]
async fn sum() {}

fn main() {}

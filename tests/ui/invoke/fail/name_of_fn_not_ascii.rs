// code: F0115
//! The name of the fn cannot be the name of the function.

#[faas::invoke]
async fn größe() {}

fn main() {}

// code: F0115
//! A name with a character that names cannot have.

#[faas::invoke(name = "add numbers")]
async fn sum() {}

fn main() {}

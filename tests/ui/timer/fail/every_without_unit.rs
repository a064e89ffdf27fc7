// code: F0111
//! A number without a unit.

#[faas::timer(every = "5")]
async fn handle() {}

fn main() {}

//! A parameter that only queue functions have.

#[faas::timer("0 3 * * *")]
async fn handle(_order: faas::Message<u64>) {}

fn main() {}

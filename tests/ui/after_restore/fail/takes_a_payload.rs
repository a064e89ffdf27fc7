//! A hook has no payload.

#[faas::after_restore]
async fn connect(_order: faas::Json<u64>) {}

fn main() {}

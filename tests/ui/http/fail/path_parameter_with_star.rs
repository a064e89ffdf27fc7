// code: F0132
//! The rest of a path as axum 0.7 wrote it.

#[faas::http(GET, "/files/*rest")]
async fn orders() {}

fn main() {}

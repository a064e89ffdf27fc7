// code: F0132
//! A parameter as axum 0.7 wrote it.

#[faas::http(GET, "/orders/:id")]
async fn orders() {}

fn main() {}

//! A parameter that cannot be extracted from a request.

#[faas::http(GET, "/orders/{id}")]
async fn order(_id: u64, _name: faas::State<u8>) {}

fn main() {}

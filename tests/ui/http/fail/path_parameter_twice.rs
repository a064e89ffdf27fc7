// code: F0135
//! Two parameters of one name.

#[faas::http(GET, "/orders/{id}/items/{id}")]
async fn orders() {}

fn main() {}

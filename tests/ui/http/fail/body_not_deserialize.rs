//! A body type that cannot be decoded.

struct Order;

#[faas::http(POST, "/orders")]
async fn create(_order: faas::Json<Order>) {}

fn main() {}

//! A payload type that cannot be decoded.

struct Order;

#[faas::invoke]
async fn take(faas::Json(_order): faas::Json<Order>) {}

fn main() {}

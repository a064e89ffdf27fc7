//! A message that cannot be decoded into the type.

#[faas::queue("orders")]
async fn handle(_order: faas::Message<Order>) {}

struct Order;

fn main() {}

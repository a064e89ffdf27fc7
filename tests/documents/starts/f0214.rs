//! Two functions that take the same input.

use faas::Message;

#[derive(serde::Deserialize, serde::Serialize)]
struct Order {
    id: u64,
}

// ANCHOR: code
#[faas::queue("orders")]
async fn bill(Message(order): Message<Order>) {
    tracing::info!(order.id, "billed");
}

#[faas::queue("orders")]
async fn ship(Message(order): Message<Order>) {
    tracing::info!(order.id, "shipped");
}
// ANCHOR_END: code

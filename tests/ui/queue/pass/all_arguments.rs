//! Every argument, alone and together.

use faas::{Batch, Message};

#[faas::queue(
    "orders",
    batch = 10,
    concurrency = 4,
    retry(max = 5, delay = "1s", factor = 2, cap = "5m"),
    dead_letter = "orders-dead",
    ordered,
    name = "on-order",
    timeout = "30s",
    rate = "50/s",
    memory = "256MiB",
    crate = ::faas,
)]
async fn on_order(_order: Message<u64>) {}

#[faas::queue("orders.fifo")]
async fn plain(_order: Message<u64>) {}

#[faas::queue(ordered, "shop/returns", retry(max = 1))]
async fn some(_returned: Message<String>) {}

#[faas::queue("orders", batch = 100)]
async fn whole(_orders: Batch<u64>) {}

fn main() {}

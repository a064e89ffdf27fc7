// code: F0144
//! A whole batch has no key of its own.

use faas::Batch;

type Orders = Batch<u64>;

#[faas::queue("orders", idempotent(key = "/id"))]
async fn handle(_orders: Orders) {}

fn main() {}

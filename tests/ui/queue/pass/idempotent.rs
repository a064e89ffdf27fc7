//! Whatever is brought by events can be done once.

use faas::{Batch, Change, Event, Json, Message, ObjectEvent, Tick};

#[faas::queue("orders", idempotent(key = ["/customer", "/number"], ttl = "7d", after_crash = hold))]
async fn queue(_order: Message<u64>) {}

#[faas::queue("bulk")]
async fn bulk(_orders: Batch<u64>) {}

#[faas::queue("plain", idempotent)]
async fn plain() {}

#[faas::timer(every = "5m", idempotent(ttl = "1h"))]
async fn timer(_tick: Tick) {}

#[faas::object("uploads", idempotent(after_crash = hold))]
async fn object(_object: ObjectEvent) {}

#[faas::binlog("shop.orders", idempotent(key = "/id"))]
async fn binlog(_change: Change<u64>) {}

#[faas::event("com.example.order", idempotent())]
async fn event(_event: Event<u64>) {}

#[faas::invoke(idempotent(key = "/a~0b/0/~1"))]
async fn invoke(number: Json<u64>) -> Json<u64> {
    number
}

#[faas::task(idempotent(key = "/id", after_crash = retry))]
async fn task(number: Json<u64>) -> Json<u64> {
    number
}

fn main() {}

//! Nothing in generated code meets a lint.

#![deny(warnings, missing_docs, clippy::pedantic)]
#![forbid(unsafe_code)]

use faas::{Message, State, Tick};

/// Ships.
#[faas::queue(
    "orders",
    retry(max = 3, delay = "1s", factor = 2, cap = "1m"),
    dead_letter = "orders-dead"
)]
pub async fn ship(Message(order): Message<String>, _: State<u8>) -> Result<(), faas::Error> {
    drop(order);
    Ok(())
}

/// Counts.
#[faas::queue("orders", retry(max = 1))]
#[deprecated]
pub fn count() {}

/// Sweeps.
#[faas::timer(every = "5m", missed = skip)]
pub async fn sweep(tick: Tick) {
    drop(tick);
}

/// Looks.
#[faas::object("uploads", on = [created, removed])]
pub async fn look() {}

/// Mirrors.
#[faas::binlog("shop.orders")]
pub async fn mirror() {}

/// Listens.
#[faas::event("*")]
pub async fn listen() {}

/// Closes.
#[faas::before_freeze]
pub fn close() {}

fn main() {}

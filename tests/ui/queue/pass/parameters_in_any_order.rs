//! The delivery stands anywhere, or nowhere.

use faas::{Context, Message, State};

struct Db;

#[faas::queue("orders")]
async fn last(
    _db: State<Db>,
    cx: Context,
    Message(_order): Message<u64>,
) -> Result<(), faas::Error> {
    drop(cx);
    Ok(())
}

#[faas::queue("orders")]
async fn first(Message(_order): Message<u64>, _: State<Db>) -> Result<(), std::io::Error> {
    Ok(())
}

#[faas::queue("orders")]
async fn none() {}

#[faas::queue("orders")]
fn blocking(order: Message<u64>) {
    let _ = order;
}

fn main() {}

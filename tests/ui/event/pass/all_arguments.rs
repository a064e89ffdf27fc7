//! Every argument, types left open at their end, answers that are events.

use faas::{Context, Event, State};

struct Db;

#[faas::event(
    "com.example.user.created",
    source = "/users",
    name = "welcome",
    timeout = "30s",
    concurrency = 2,
    rate = "100/s",
    memory = "256MiB",
    crate = ::faas,
)]
async fn welcome(
    _: Context,
    event: Event<u64>,
    _db: State<Db>,
) -> Result<Option<Event<u64>>, faas::Error> {
    drop(event);
    Ok(None)
}

#[faas::event("com.example.user.*")]
fn blocking(_event: Event<String>) {}

#[faas::event("*")]
async fn all() {}

fn main() {}

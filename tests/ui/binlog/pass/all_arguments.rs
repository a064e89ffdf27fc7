//! Every argument, with one word and with several.

use faas::{Change, Context, State};

struct Db;

#[faas::binlog(
    "shop.orders",
    on = [insert, update, delete],
    name = "mirror",
    timeout = "30s",
    concurrency = 2,
    rate = "100/s",
    memory = "256MiB",
    crate = ::faas,
)]
async fn mirror(_db: State<Db>, change: Change<u64>, _: Context) -> Result<(), faas::Error> {
    drop(change);
    Ok(())
}

#[faas::binlog("orders", on = delete)]
fn blocking(_change: Change<u64>) {}

#[faas::binlog("shop.public.orders")]
async fn all() {}

fn main() {}

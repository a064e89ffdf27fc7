//! Every argument, with each of its words, and every form of a schedule.

use faas::{Context, State, Tick};

struct Db;

#[faas::timer(
    "0 3 * * *",
    timezone = "Asia/Shanghai",
    jitter = "30s",
    missed = skip,
    overlap = skip,
    prestart = "10s",
    name = "nightly",
    timeout = "10m",
    concurrency = 1,
    rate = "1/m",
    memory = "256MiB",
    crate = ::faas,
)]
async fn nightly(_db: State<Db>, tick: Tick, _: Context) -> Result<(), faas::Error> {
    drop(tick);
    Ok(())
}

#[faas::timer("*/30 * * * * *", missed = once, overlap = queue)]
async fn with_seconds() {}

#[faas::timer("@daily", missed = all, overlap = allow)]
fn blocking(_tick: Tick) {}

#[faas::timer(every = "5m", jitter = "10s")]
async fn refresh(_tick: Tick) {}

fn main() {}

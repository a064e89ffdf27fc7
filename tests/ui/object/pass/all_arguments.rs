//! Every argument, with one word and with several.

use faas::{Context, ObjectEvent, State};

struct Db;

#[faas::object(
    "uploads",
    on = created,
    prefix = "in/",
    suffix = ".mp4",
    name = "transcode",
    timeout = "10m",
    concurrency = 2,
    rate = "10/s",
    memory = "1GiB",
    crate = ::faas,
)]
async fn transcode(_: Context, object: ObjectEvent, _db: State<Db>) -> Result<(), faas::Error> {
    drop(object);
    Ok(())
}

#[faas::object("uploads", on = [removed])]
async fn forget(_object: ObjectEvent) {}

#[faas::object("up-loads.2", on = [created, removed,])]
fn blocking(_object: ObjectEvent) {}

#[faas::object("uploads")]
async fn all() {}

fn main() {}

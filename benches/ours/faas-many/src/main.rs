//! Three hundred handlers, annotated.

use std::process::ExitCode;

use faas::{Error, Json, Path, State};

#[derive(serde::Deserialize, serde::Serialize)]
struct Order {
    id: u64,
    item: String,
}

struct Db;

impl Db {
    fn put(&self, id: u64, order: Order) -> Result<Order, Error> {
        let item = order.item;
        Ok(Order { id, item })
    }
}

#[faas::resource]
fn db() -> Db {
    Db
}

include!(concat!(env!("OUT_DIR"), "/handlers.rs"));

fn main() -> ExitCode {
    faas::run()
}

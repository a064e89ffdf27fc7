//! A resource that nobody makes.

use faas::State;

struct Db;

impl Db {
    fn orders(&self) -> String {
        "all orders".to_owned()
    }
}

// ANCHOR: code
#[faas::http(GET, "/orders")]
async fn orders(State(db): State<Db>) -> String {
    db.orders()
}
// ANCHOR_END: code

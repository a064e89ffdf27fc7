//! A hook that fails.

use std::future::{Ready, ready};

use faas::{Error, State};

struct Cache;

impl Cache {
    fn load(&self) -> Ready<Result<(), Error>> {
        ready(Err(Error::retry("the cache cannot be reached")))
    }
}

#[faas::resource]
fn cache() -> Cache {
    Cache
}

// ANCHOR: code
#[faas::on_start(timeout = "10s")]
async fn warm_up(State(cache): State<Cache>) -> Result<(), Error> {
    cache.load().await
}
// ANCHOR_END: code

#[faas::http(GET, "/orders")]
async fn orders() -> &'static str {
    "all orders"
}

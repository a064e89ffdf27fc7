//! A resource that fails.

use std::future::{Ready, ready};

use faas::{Config, Error, State};

struct Db;

impl Db {
    fn connect(_url: &str) -> Ready<Result<Self, Error>> {
        ready(Err(Error::retry("connection refused")))
    }
}

#[faas::config("db")]
struct DbConfig {
    url: faas::Secret<String>,
}

// ANCHOR: code
#[faas::resource]
async fn db(Config(config): Config<DbConfig>) -> Result<Db, Error> {
    Db::connect(config.url.expose()).await
}
// ANCHOR_END: code

#[faas::http(GET, "/orders")]
async fn orders(_: State<Db>) -> &'static str {
    "all orders"
}

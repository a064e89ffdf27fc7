//! With and without `async`, `Result`, parameters.

use faas::{Config, State};

#[faas::config("db")]
struct DbConfig {
    url: String,
}

struct Db(String);
struct Cache;

#[faas::resource]
async fn db(Config(config): Config<DbConfig>) -> Result<Db, faas::Error> {
    Ok(Db(config.url.clone()))
}

#[faas::resource(lazy, name = "hot-cache")]
fn cache(db: State<Db>) -> Cache {
    assert!(db.0.0.len() < 100);
    Cache
}

type Fallible = Result<u32, std::fmt::Error>;

#[faas::resource]
fn aliased() -> Fallible {
    Ok(1)
}

fn main() {}

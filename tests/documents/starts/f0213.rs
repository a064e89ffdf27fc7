//! Two resources of one type.

struct Db;

// ANCHOR: code
#[faas::resource]
fn primary() -> Db {
    Db
}

#[faas::resource]
fn replica() -> Db {
    Db
}
// ANCHOR_END: code

#[faas::http(GET, "/orders")]
async fn orders(_: faas::State<Db>) -> &'static str {
    "all orders"
}

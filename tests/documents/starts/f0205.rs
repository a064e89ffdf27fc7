//! A mounted router that clashes with another route.

use axum::routing::get;

async fn old_orders() -> &'static str {
    "as before"
}

// ANCHOR: code
#[faas::http(mount = "/")]
fn legacy() -> axum::Router {
    axum::Router::new().route("/orders", get(old_orders))
}

#[faas::http(GET, "/orders")]
async fn orders() -> &'static str {
    "all orders"
}
// ANCHOR_END: code

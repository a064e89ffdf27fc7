//! Two functions that take the same requests.

// ANCHOR: code
#[faas::http(GET, "/orders")]
async fn orders() -> &'static str {
    "open orders"
}

#[faas::http(GET, "/orders")]
async fn all_orders() -> &'static str {
    "all orders"
}
// ANCHOR_END: code

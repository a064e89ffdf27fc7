//! Two paths that match the same requests.

// ANCHOR: code
#[faas::http(GET, "/orders/{id}")]
async fn order() -> &'static str {
    "an order"
}

#[faas::http(POST, "/orders/{number}")]
async fn change() -> &'static str {
    "changed"
}
// ANCHOR_END: code

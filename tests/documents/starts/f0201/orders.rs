//! One of them.

// ANCHOR: code
#[faas::http(GET, "/orders")]
async fn list() -> &'static str {
    "all orders"
}
// ANCHOR_END: code

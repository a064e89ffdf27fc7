//! The other.

// ANCHOR: code
#[faas::http(GET, "/items")]
async fn list() -> &'static str {
    "all items"
}
// ANCHOR_END: code

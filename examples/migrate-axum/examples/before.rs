//! The axum application on its own: what `src/main.rs` was.

#[path = "../src/app.rs"]
mod app;

use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

// ANCHOR: before
#[tokio::main]
async fn main() -> io::Result<()> {
    let catalogue = Arc::new(app::Catalogue::load());
    let listener = TcpListener::bind("0.0.0.0:8080").await?;
    axum::serve(listener, app::router(catalogue)).await
}
// ANCHOR_END: before

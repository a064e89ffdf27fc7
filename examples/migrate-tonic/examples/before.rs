//! A tonic service on its own: what `src/main.rs` was.

#[path = "../src/library.rs"]
mod library;

use std::error::Error;

use tonic::transport::Server;

// ANCHOR: before
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args()
        .nth(1)
        .ok_or("usage: before ADDRESS:PORT")?;
    Server::builder()
        .add_service(library::server())
        .serve(address.parse()?)
        .await?;
    Ok(())
}
// ANCHOR_END: before

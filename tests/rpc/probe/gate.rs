//! Where a handler waits for a test: `tests/peers/gate.py` sees it come, lets it go on, and sees it end.

use faas::Error;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// What a handler says that was let through.
pub(crate) const WENT_ON: &str = "went on";

/// Connects to a port of this machine and waits for a byte. When the handler is dropped, the connection is closed.
pub(crate) async fn pass(port: u16) -> Result<(), Error> {
    let mut gate = TcpStream::connect(("127.0.0.1", port)).await?;
    gate.read_u8().await?;
    Ok(())
}

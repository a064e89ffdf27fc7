//! The end of a connection whose client may still be sending.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Says that nothing more is written, and takes what still comes: a close with unread bytes resets the connection, and takes
/// the answer with it (RFC 9112, section 9.6).
pub(crate) async fn linger<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> io::Result<()> {
    // whoever has served it may have done so already
    let _ = stream.shutdown().await;
    let mut dropped = vec![0; 8 * 1024];
    while stream.read(&mut dropped).await? > 0 {}
    Ok(())
}

/// As long as a client needs to notice an answer; nginx's `lingering_timeout` is 5 s.
pub(crate) const LINGER: Duration = Duration::from_secs(2);

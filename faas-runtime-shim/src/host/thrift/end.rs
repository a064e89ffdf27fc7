//! How connections end, and what the client is told of it, if anything.

use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use crate::host::linger::{LINGER, linger};
use crate::thrift::wire::Malformed;

/// Why a connection is read no further.
#[derive(Debug)]
pub(super) enum End {
    /// The client is through, or has had nothing to say for too long, or the instance drains.
    Quiet,
    /// The instance drains, and more may be on its way from the client.
    Parting,
    /// The client is through in the middle of a message.
    Cut,
    /// It stands still where it must not.
    Stalled,
    /// What came cannot be read, so that nobody knows where the next message begins.
    Malformed {
        malformed: Malformed,
        /// What the client is told, if it is known how.
        last: Option<BytesMut>,
    },
    Lost(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

/// Ends a connection.
pub(super) async fn end<S>(mut stream: S, end: End, peer: SocketAddr)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (last, lingers) = match end {
        End::Quiet => (None, false),
        // what is unread would reset the connection, and take the last answers with it
        End::Parting => (None, true),
        End::Cut => {
            tracing::debug!(%peer, "connection closed in the middle of a message");
            (None, false)
        }
        End::Stalled => {
            tracing::debug!(%peer, "connection closed: the client has stood still for too long");
            // whoever reads nothing reads no farewell
            return;
        }
        End::Lost(error) => {
            tracing::debug!(%peer, "connection ended: {error}");
            return;
        }
        End::Malformed { malformed, last } => {
            tracing::debug!(%peer, "connection closed: {malformed}");
            match malformed {
                Malformed::Http => (Some(BytesMut::from(WRONG_PORT)), true),
                _ => (last, true),
            }
        }
    };
    let ending = async {
        if let Some(last) = &last {
            stream.write_all(last).await?;
        }
        if lingers {
            linger(&mut stream).await
        } else {
            stream.shutdown().await
        }
    };
    // best effort: whoever sends such things may not read either
    let _ = tokio::time::timeout(LINGER, ending).await;
}

/// For whoever has mistaken the port.
const WRONG_PORT: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 110\r\nconnection: close\r\n\r\nthis is the port for Thrift without HTTP (`[thrift] listen`); HTTP, Thrift over it included, has another port\n";

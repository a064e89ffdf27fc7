//! A connection over TLS: the handshake, within a time and before anything is read.

use std::io;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Client, connection};
use crate::host::http::Phase;
use crate::host::tls::Tls;

/// Shakes hands, then serves as without TLS.
pub(super) async fn secured(stream: TcpStream, tls: Tls, mut client: Client) {
    let peer = client.peer;
    let greeted = {
        let greeting = pin!(timeout(GREETING, async {
            if tls.is_greeting(&stream).await? {
                return tls.accept(stream).await.map(Some);
            }
            Ok::<_, io::Error>(None)
        }));
        // nothing was asked yet, so nothing is lost
        let stopping = pin!(client.phase.wait_for(|phase| *phase != Phase::Serving));
        match select(greeting, stopping).await {
            Either::Left((greeted, _)) => greeted,
            Either::Right(_) => return,
        }
    };
    match greeted {
        Ok(Ok(Some(stream))) => connection(stream, client).await,
        Ok(Ok(None)) => tracing::debug!(%peer, "connection ended: it began without TLS"),
        Ok(Err(error)) => tracing::debug!(%peer, "connection ended in its TLS handshake: {error}"),
        Err(_) => tracing::debug!(%peer, "connection ended: its TLS handshake took too long"),
    }
}

/// Like the time for the head of a request.
const GREETING: Duration = Duration::from_secs(10);

//! A connection over TLS: the handshake, within the time for a head and before anything is served.

use std::io;
use std::pin::pin;

use futures_util::future::{Either, select};
use http::uri::Scheme;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{Client, connection};
use super::{Phase, Service};
use crate::host::linger::{LINGER, linger};
use crate::host::tls::Tls;

/// Shakes hands, then serves as without TLS; requests carry [`Scheme::HTTPS`] as an extension.
pub(super) async fn secured<S: Service>(stream: TcpStream, tls: Tls, mut client: Client<S>) {
    let peer = client.peer;
    let greeted = {
        let greeting = pin!(timeout(client.policy.header_timeout, async {
            if tls.is_greeting(&stream).await? {
                return tls.accept(stream).await.map(Some);
            }
            answer_in_plain_text(stream).await;
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
        Ok(Ok(Some(stream))) => {
            let mark = |request: &mut http::Request<_>| {
                request.extensions_mut().insert(Scheme::HTTPS);
            };
            connection(stream, client, mark).await;
        }
        Ok(Ok(None)) => tracing::debug!(%peer, "connection ended: it began without TLS"),
        Ok(Err(error)) => tracing::debug!(%peer, "connection ended in its TLS handshake: {error}"),
        Err(_) => tracing::debug!(%peer, "connection ended: its TLS handshake took too long"),
    }
}

/// Tells a person who has typed `http://`.
async fn answer_in_plain_text(mut stream: TcpStream) {
    const ANSWER: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: text/plain\r\n\
        content-length: 38\r\n\r\nthis port speaks TLS: ask by https://\n";
    let answer = async {
        stream.write_all(ANSWER).await?;
        linger(&mut stream).await
    };
    // best effort
    let _ = timeout(LINGER, answer).await;
}

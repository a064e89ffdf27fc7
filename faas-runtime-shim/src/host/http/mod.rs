//! HTTP/1.1 and HTTP/2 on one listener: the accept loop, its limits and its drain.
//!
//! [`serve`] is the only HTTP server of the project; adapters whose platform sends HTTP requests call it with a policy of
//! their own. A client is served by `connection`, behind TLS by way of `secured`; what a single request goes through is in
//! `request`; `front` makes HTTP/1.1 strict.

mod body;
mod connection;
pub(crate) mod front;
mod late;
mod request;
mod secured;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use self::connection::{Client, connection};
use self::secured::secured;
use super::accept::accept;
use super::tls::{Protocols, Tls};
use crate::clock::Clock;

/// What a listener bears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Connections at once; the next ones are answered 503.
    pub(crate) max_connections: usize,
    /// From the first byte of a request's head to its last.
    pub(crate) header_timeout: Duration,
    /// Between two pieces of a request's body.
    pub(crate) body_timeout: Duration,
    /// From an answer to the next request.
    pub(crate) idle_timeout: Duration,
    /// Bytes of a request's head.
    pub(crate) max_header: usize,
    /// Bytes of a request's body.
    pub(crate) max_body: u64,
}

/// Where connections come from.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    /// What shakes hands first, where plain text is not enough.
    pub(crate) tls: Option<Tls>,
}

impl From<TcpListener> for Port {
    fn from(listener: TcpListener) -> Self {
        Self {
            listener,
            tls: None,
        }
    }
}

/// What a port with TLS speaks behind the handshake (the registry of RFC 7301, section 6).
pub(crate) const PROTOCOLS: Protocols = &[b"h2", b"http/1.1"];

/// What answers requests: the application, or the management pages.
pub(crate) trait Service: Clone + Send + Sync + 'static {
    /// The answer in the making.
    type Answering: Future<Output = Response<Body>> + Send + 'static;

    /// Answers one request of `peer`.
    fn answer(&self, request: Request<Body>, peer: SocketAddr) -> Self::Answering;

    /// Returns the clock of the answers' deadlines, if they have any.
    fn clock(&self) -> Option<&dyn Clock> {
        None
    }
}

/// Whether a server goes on, and how it ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Phase {
    /// It takes connections.
    Serving,
    /// It takes no new connections, and ends the others once they have been answered.
    Draining,
    /// It drops what is left.
    Ending,
}

/// Accepts and serves connections until `phase` says otherwise; returns when all are closed.
pub(crate) async fn serve(
    port: impl Into<Port>,
    policy: Policy,
    service: impl Service,
    phase: watch::Receiver<Phase>,
) {
    let Port { listener, tls } = port.into();
    let is_plain = tls.is_none();
    accept(
        listener,
        policy.max_connections,
        phase.clone(),
        move |stream, peer, permit| {
            let client = Client {
                peer,
                policy,
                service: service.clone(),
                phase: phase.clone(),
                permit,
            };
            greeted(stream, tls.clone(), client)
        },
        |stream| refuse(stream, is_plain, policy.max_connections),
    )
    .await;
}

async fn greeted<S: Service>(stream: TcpStream, tls: Option<Tls>, client: Client<S>) {
    match tls {
        None => connection(stream, client, |_| {}).await,
        // apart, as it is larger
        Some(tls) => Box::pin(secured(stream, tls, client)).await,
    }
}

/// Answers a connection that there is no room for.
async fn refuse(mut stream: TcpStream, is_plain: bool, limit: usize) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    tracing::warn!(
        limit,
        "a connection was refused: `[http] max_connections` is reached"
    );
    if !is_plain {
        // the answer would be none without a handshake, and that is what there is no room for
        return;
    }
    // best effort, and never at the cost of the next connection
    let _ = tokio::time::timeout(REFUSAL, stream.write_all(ANSWER)).await;
}

const REFUSAL: Duration = Duration::from_millis(100);

//! HTTP/1.1 and h2c on one listener: the accept loop, its limits and its drain.
//!
//! [`serve`] is the only HTTP server of the project; adapters whose platform sends HTTP requests call it with a policy of
//! their own. What a single request goes through is in `request`; `front` makes HTTP/1.1 strict.

mod body;
pub(crate) mod front;
mod request;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use futures_util::future::{Either, select};
use http::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use self::front::{Front, Timeouts};

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

/// What answers requests: the application, or the management pages.
pub(crate) trait Service: Clone + Send + Sync + 'static {
    /// The answer in the making.
    type Answering: Future<Output = Response<Body>> + Send + 'static;

    /// Answers one request of `peer`.
    fn answer(&self, request: Request<Body>, peer: SocketAddr) -> Self::Answering;
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
    listener: TcpListener,
    policy: Policy,
    service: impl Service,
    mut phase: watch::Receiver<Phase>,
) {
    let room = Arc::new(Semaphore::new(
        policy.max_connections.min(Semaphore::MAX_PERMITS),
    ));
    let mut connections = JoinSet::new();
    loop {
        let accepted = {
            let accept = pin!(listener.accept());
            let change = pin!(phase.wait_for(|phase| *phase != Phase::Serving));
            match select(accept, change).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right(_) => break,
            }
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => match Arc::clone(&room).try_acquire_owned() {
                Ok(permit) => {
                    let connection =
                        connection(stream, peer, policy, service.clone(), phase.clone(), permit);
                    connections.spawn(connection);
                }
                Err(_) => refuse(stream, policy.max_connections).await,
            },
            Err(error) => accept_failed(&error).await,
        }
    }
    drop(listener);
    let all_closed = pin!(async { while connections.join_next().await.is_some() {} });
    let ending = pin!(phase.wait_for(|phase| *phase == Phase::Ending));
    select(all_closed, ending).await;
}

/// Serves one connection to its end.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    policy: Policy,
    service: impl Service,
    mut phase: watch::Receiver<Phase>,
    _permit: OwnedSemaphorePermit,
) {
    // an answer is written whole, so there is nothing that waiting could join
    let _ = stream.set_nodelay(true);
    let (front, watch) = Front::new(stream);
    let signals = watch.signals();
    let service = hyper::service::service_fn(move |request| {
        request::answer(request, peer, policy, &service, &signals)
    });
    let builder = builder(policy);
    let late = {
        let mut serving =
            pin!(builder.serve_connection_with_upgrades(TokioIo::new(front), service));
        let mut overdue = pin!(watch.overdue(Timeouts {
            head: policy.header_timeout,
            idle: policy.idle_timeout,
        }));
        let mut draining = pin!(phase.wait_for(|phase| *phase != Phase::Serving));
        let mut is_draining = false;
        poll_fn(|cx| {
            if !is_draining && draining.as_mut().poll(cx).is_ready() {
                is_draining = true;
                serving.as_mut().graceful_shutdown();
            }
            match serving.as_mut().poll(cx) {
                Poll::Ready(ended) => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, "connection ended: {error}");
                    }
                    Poll::Ready(false)
                }
                Poll::Pending => overdue.as_mut().poll(cx).map(|_| true),
            }
        })
        .await
    };
    if let Some(violation) = watch.violation() {
        tracing::debug!(%peer, "request refused: {violation}");
    }
    if late {
        watch.time_out().await;
    } else {
        watch.close().await;
    }
}

fn builder(policy: Policy) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .max_buf_size(policy.max_header.max(SMALLEST_BUFFER))
        // the front's clock does this without a timer for each request
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(policy.idle_timeout))
        .max_header_list_size(u32::try_from(policy.max_header).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS);
    builder
}

/// hyper accepts no smaller buffer.
const SMALLEST_BUFFER: usize = 8 * 1024;
/// RFC 9113, section 6.5.2 recommends no value below 100.
const MAX_STREAMS: u32 = 250;

/// Answers a connection that there is no room for.
async fn refuse(mut stream: TcpStream, limit: usize) {
    const ANSWER: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    tracing::warn!(
        limit,
        "a connection was refused: `[http] max_connections` is reached"
    );
    // best effort, and never at the cost of the next connection
    let _ = tokio::time::timeout(REFUSAL, stream.write_all(ANSWER)).await;
}

const REFUSAL: Duration = Duration::from_millis(100);

/// Waits out what passes: without free descriptors `accept` fails at once, again and again.
async fn accept_failed(error: &io::Error) {
    let of_one_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    );
    if !of_one_connection {
        tracing::error!("a connection could not be accepted: {error}");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

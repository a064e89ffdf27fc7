//! The server between a client and a handler: over pipes in virtual time, and over sockets.

mod bounds;
mod http2;
mod late;
mod raw;
#[cfg(feature = "tls")]
mod tls;
mod trailers;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;

use super::connection::{Client, connection};
use super::{Phase, Policy, Port, Service, serve};
use crate::clock::{Clock, ManualClock};
use crate::host::tls::Tls;

const POLICY: Policy = Policy {
    max_connections: 8,
    header_timeout: Duration::from_secs(10),
    body_timeout: Duration::from_secs(30),
    idle_timeout: Duration::from_secs(75),
    max_header: 16 * 1024,
    max_body: 64 * 1024,
};

/// A handler.
#[derive(Clone)]
struct Handler(Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync>);

impl Handler {
    fn of<F>(handler: impl Fn(Request<Body>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(handler(request))))
    }
}

impl Service for Handler {
    type Answering = BoxFuture<'static, Response<Body>>;

    fn answer(&self, request: Request<Body>, _: SocketAddr) -> Self::Answering {
        (self.0)(request)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        static CLOCK: OnceLock<ManualClock> = OnceLock::new();
        let clock = CLOCK.get_or_init(|| {
            let clock = ManualClock::new();
            // a deadline that reaches a handler without one has passed
            clock.advance(Duration::from_secs(1 << 30));
            clock
        });
        Some(clock)
    }
}

/// A connection that is served.
struct Piped {
    phase: watch::Sender<Phase>,
    served: JoinHandle<()>,
}

/// Serves one connection over a pipe that holds so many bytes in each direction, and returns the client's end of it.
fn pipe(handler: Handler, width: usize) -> (DuplexStream, Piped) {
    pipe_of(handler, width)
}

fn pipe_of(service: impl Service, width: usize) -> (DuplexStream, Piped) {
    let (near, far) = tokio::io::duplex(width);
    let room = Arc::new(Semaphore::new(1));
    let (phase, watched) = watch::channel(Phase::Serving);
    let client = Client {
        peer: SocketAddr::from(([127, 0, 0, 1], 1)),
        policy: POLICY,
        service,
        phase: watched,
        permit: room.try_acquire_owned().unwrap(),
    };
    let served = tokio::spawn(connection(far, client, |_| {}));
    (near, Piped { phase, served })
}

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    phase: watch::Sender<Phase>,
    served: JoinHandle<()>,
}

/// Serves until the phase says otherwise.
async fn listen(handler: Handler, policy: Policy, tls: Option<Tls>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (phase, watched) = watch::channel(Phase::Serving);
    let served = tokio::spawn(serve(Port { listener, tls }, policy, handler, watched));
    Server {
        address,
        phase,
        served,
    }
}

impl Piped {
    /// Waits until the connection has ended.
    async fn end(self) {
        bounded(self.served).await.unwrap();
    }
}

/// Waits for what has to come: longer than any limit of a connection, which are all in virtual time.
async fn bounded<T>(future: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(300), future).await;
    waited.expect("it never came")
}

/// The body of a client's request.
type BoxBody = http_body_util::combinators::BoxBody<Bytes, Infallible>;

/// Makes a body that is sent piece by piece.
fn pieces() -> (mpsc::Sender<Frame<Bytes>>, BoxBody) {
    let (sender, receiver) = mpsc::channel(1);
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let frame = receiver.recv().await?;
        Some((Ok(frame), receiver))
    });
    (sender, StreamBody::new(stream).boxed())
}

/// Sends one request over HTTP/1.1 or HTTP/2.
async fn ask<S>(stream: S, version: u8, request: Request<BoxBody>) -> Response<Incoming>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let io = TokioIo::new(stream);
    if version == 2 {
        let executor = TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io)
            .await
            .unwrap();
        tokio::spawn(connection);
        return sender.send_request(request).await.unwrap();
    }
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
    tokio::spawn(connection);
    sender.send_request(request).await.unwrap()
}

//! One client from its first byte to its last: HTTP/1.1 or HTTP/2, whichever it begins with, until it or the phase ends it.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::front::{Front, Overdue, Timeouts};
use super::late::Streams;
use super::{Phase, Policy, Service, request};
use crate::application::late::Deadline;

/// Whom a connection is to, and what it is served with.
pub(super) struct Client<S> {
    pub(super) peer: SocketAddr,
    pub(super) policy: Policy,
    pub(super) service: S,
    pub(super) phase: watch::Receiver<Phase>,
    /// Its place among the connections.
    pub(super) permit: OwnedSemaphorePermit,
}

/// Serves one connection to its end; `mark` is told of each request.
pub(super) async fn connection<I, S: Service>(
    stream: I,
    client: Client<S>,
    mark: impl Fn(&mut Request<Incoming>),
) where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let Client {
        peer,
        policy,
        service,
        mut phase,
        permit,
    } = client;
    let permit = Arc::new(permit);
    let (front, watch) = Front::new(stream);
    // what it is upgraded to takes the place over
    let front = front.at(Arc::clone(&permit));
    let signals = watch.signals();
    let service = Arc::new(service);
    let answering = {
        let service = Arc::clone(&service);
        hyper::service::service_fn(move |mut request| {
            mark(&mut request);
            request::answer(request, peer, policy, &*service, &signals)
        })
    };
    let builder = builder(policy, Streams::of(Arc::clone(&service)));
    let late = {
        let timeouts = Timeouts {
            head: policy.header_timeout,
            idle: policy.idle_timeout,
            stalled: policy.idle_timeout,
        };
        let farewell = Timeouts {
            idle: FAREWELL.min(policy.idle_timeout),
            ..timeouts
        };
        let mut serving =
            pin!(builder.serve_connection_with_upgrades(TokioIo::new(front), answering));
        let mut overdue = pin!(watch.overdue(timeouts));
        let mut draining = pin!(phase.wait_for(|phase| *phase != Phase::Serving));
        let mut is_ending = false;
        let mut deadline = Deadline::default();
        poll_fn(|cx| {
            let mut ends = !is_ending && draining.as_mut().poll(cx).is_ready();
            loop {
                if ends {
                    is_ending = true;
                    serving.as_mut().graceful_shutdown();
                    overdue.set(watch.overdue(farewell));
                }
                if let Poll::Ready(ended) = deadline.watch(|| serving.as_mut().poll(cx)) {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, "connection ended: {error}");
                    }
                    return Poll::Ready(false);
                }
                if deadline.is_over(service.clock(), cx) {
                    tracing::debug!(%peer, "the client did not read its answer in time");
                    return Poll::Ready(true);
                }
                match ready!(overdue.as_mut().poll(cx)) {
                    // a request may be on its way: HTTP/2 can say which ones are still answered
                    Overdue::Idle if watch.is_http2() && !is_ending => ends = true,
                    Overdue::Idle | Overdue::Head | Overdue::Stalled => return Poll::Ready(true),
                }
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
    drop(permit);
}

/// For a client without a request in flight to leave, once it has been told that the connection ends.
pub(super) const FAREWELL: Duration = Duration::from_secs(2);

fn builder<S>(policy: Policy, streams: Streams<S>) -> auto::Builder<Streams<S>> {
    let mut builder = auto::Builder::new(streams);
    builder
        .http1()
        .max_buf_size(policy.max_header.max(SMALLEST_BUFFER))
        // the front's clock does this without a timer for each request
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(policy.idle_timeout))
        .keep_alive_timeout(PING_TIMEOUT)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_STREAM_ERRORS)
        .max_send_buf_size(SEND_BUFFER)
        .max_header_list_size(u32::try_from(policy.max_header).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS);
    builder
}

/// hyper accepts no smaller buffer.
const SMALLEST_BUFFER: usize = 8 * 1024;
/// RFC 9113, section 6.5.2 recommends no value below 100.
pub(super) const MAX_STREAMS: u32 = 250;
/// A client that is alive answers a ping at once; the rest is for its network.
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// Streams that were reset before they were looked at, at once: more is an attack (CVE-2023-44487, "rapid reset").
const MAX_RESETS: usize = 20;
/// Streams that a client has made the server reset, in a connection's life: more is an attack (CVE-2025-8671).
pub(super) const MAX_STREAM_ERRORS: usize = 1024;
/// What of an answer waits in the memory of each stream while the client does not read.
pub(super) const SEND_BUFFER: usize = 64 * 1024;

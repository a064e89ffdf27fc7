//! One request: its limits, and what the application's answer needs on its way out.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use hyper::body::Incoming;
use pin_project_lite::pin_project;

use super::body::{InProgress, Limited, Sealed};
use super::front::{Answer, Signals};
use super::{Policy, Service};
use crate::application::bounds::{Bounds, Fault};
use crate::application::late::{Told, tell};
use crate::error::problem;

/// Answers a request within the policy.
///
/// All that need not wait happens here and now: a future that carried the request into itself would be moved with it.
pub(super) fn answer<S: Service>(
    request: Request<Incoming>,
    peer: SocketAddr,
    policy: Policy,
    service: &S,
    signals: &Signals,
) -> Answering<S::Answering> {
    let in_progress = signals.answer();
    let method = request.method().clone();
    let stage = stage(request, peer, policy, service);
    Answering {
        stage,
        sealing: Some(Sealing {
            method,
            signals: signals.clone(),
            in_progress,
        }),
    }
}

fn stage<S: Service>(
    request: Request<Incoming>,
    peer: SocketAddr,
    policy: Policy,
    service: &S,
) -> Stage<S::Answering> {
    if request.body().is_end_stream() {
        return Stage::Plain {
            answering: service.answer(request.map(|_| Body::empty()), peer),
        };
    }
    let length = request.body().size_hint().exact();
    // whoever lifts the bounds of a stream has not been asked yet
    let may_stream = may_stream(request.headers());
    if !may_stream && length.is_some_and(|length| length > policy.max_body) {
        return Stage::Refused {
            response: Some(Box::new(too_large(policy.max_body))),
        };
    }
    let has_messages = may_stream && !is_text(request.headers());
    let version = request.version();
    let bounds = Bounds::default();
    let of_body = bounds.clone();
    let mut request = request.map(|body| {
        Body::new(Limited::new(
            body,
            policy.max_body,
            policy.body_timeout,
            of_body,
            has_messages,
        ))
    });
    if may_stream {
        request.extensions_mut().insert(bounds.clone());
    }
    Stage::WithBody {
        answering: service.answer(request, peer),
        bounds,
        limit: policy.max_body,
        version,
        in_chunks: length.is_none(),
    }
}

/// Says whether the body may be a stream of a remote call: only then is it worth a place in the extensions.
fn may_stream(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| STREAMS.iter().any(|start| begins(kind.as_bytes(), start)))
}

/// gRPC and gRPC-Web ("gRPC over HTTP2", Requests; "gRPC-Web", Content-Type), and Connect's streams ("Connect Protocol",
/// Streaming-Content-Type).
const STREAMS: [&[u8]; 2] = [b"application/grpc", b"application/connect+"];

/// Says whether the messages of such a body are hidden in Base64 ("gRPC-Web", Content-Type).
fn is_text(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| begins(kind.as_bytes(), b"application/grpc-web-text"))
}

fn begins(kind: &[u8], start: &[u8]) -> bool {
    kind.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

pin_project! {
    /// The answer in the making.
    pub(super) struct Answering<F> {
        #[pin]
        stage: Stage<F>,
        sealing: Option<Sealing>,
    }
}

pin_project! {
    #[project = StageProjection]
    enum Stage<F> {
        Plain {
            #[pin]
            answering: F,
        },
        WithBody {
            #[pin]
            answering: F,
            bounds: Bounds,
            limit: u64,
            version: Version,
            in_chunks: bool,
        },
        Refused {
            response: Option<Box<Response<Body>>>,
        },
    }
}

/// What the answer is marked with.
struct Sealing {
    method: Method,
    signals: Signals,
    in_progress: Answer,
}

impl<F: Future<Output = Response<Body>>> Future for Answering<F> {
    type Output = Result<Response<Sealed>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answered = match this.stage.project() {
            StageProjection::Plain { answering } => answering.poll(cx),
            StageProjection::WithBody {
                answering,
                bounds,
                limit,
                version,
                in_chunks,
            } => answering.poll(cx).map(|response| {
                let response = explained(response, bounds, *limit);
                let signals = this.sealing.as_ref().map(|sealing| &sealing.signals);
                let is_unread = || *in_chunks || signals.is_some_and(Signals::is_in_body);
                match *version < Version::HTTP_2 && bounds.is_abandoned() && is_unread() {
                    true => closing(response),
                    false => response,
                }
            }),
            StageProjection::Refused { response } => match response.take() {
                Some(response) => Poll::Ready(*response),
                None => Poll::Pending,
            },
        };
        let Poll::Ready(response) = answered else {
            // the deadlines of answers that a handler waits for are its own concern
            tell(Told::Free);
            return Poll::Pending;
        };
        let Some(sealing) = this.sealing.take() else {
            return Poll::Pending;
        };
        sealing.signals.status(&sealing.method, response.status());
        let in_progress = InProgress::new(sealing.in_progress);
        Poll::Ready(Ok(response.map(|body| Sealed::new(body, in_progress))))
    }
}

/// An extractor can only say that the body broke off: here is known why.
fn explained(response: Response<Body>, bounds: &Bounds, limit: u64) -> Response<Body> {
    if !response.status().is_client_error() {
        return response;
    }
    match bounds.fault() {
        None => response,
        Some(Fault::Large) => too_large(limit),
        Some(Fault::Late) => closing(problem(
            StatusCode::REQUEST_TIMEOUT,
            Some("the request's body did not arrive in time"),
        )),
    }
}

fn too_large(limit: u64) -> Response<Body> {
    closing(problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        Some(&format!(
            "the request's body is larger than the {limit} bytes that are accepted"
        )),
    ))
}

/// The rest of the body is not read, so the connection is of no further use; the client has to know (RFC 9112, section 9.6).
fn closing(mut response: Response<Body>) -> Response<Body> {
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

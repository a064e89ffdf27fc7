//! An HTTP request: served by the application, its response gathered and put into the front end's envelope, or streamed.

use std::borrow::Cow;
use std::future::ready;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::response::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;

use super::{ResponseMode, Verdict, begun, invalid};
use crate::application::late::Deadline;
use crate::application::{Application, BrokenOff};
use crate::error::problem;
use crate::invocation::{Facts, FailureKind};
use crate::platform::aws_lambda::decode::{HttpEvent, Unread};
use crate::platform::aws_lambda::encode::{self, Envelope};

/// The type of [`serve_http`].
pub(crate) type ServeHttp = for<'a> fn(
    &'a Application,
    Facts,
    Unread<'_>,
    &Bytes,
    ResponseMode,
    &'a mut Vec<u8>,
) -> BoxFuture<'a, Verdict>;

/// Reads a request from its event and takes it to its function.
///
/// Only registrations of functions for HTTP name it, so that others do without its codec.
pub(crate) fn serve_http<'a>(
    application: &'a Application,
    facts: Facts,
    request: Unread<'_>,
    event: &Bytes,
    mode: ResponseMode,
    out: &'a mut Vec<u8>,
) -> BoxFuture<'a, Verdict> {
    match request.read(event) {
        Ok(event) => Box::pin(http(application, facts, event, mode, out)),
        Err(error) => Box::pin(ready(invalid(&error, out))),
    }
}

async fn http(
    application: &Application,
    mut facts: Facts,
    event: HttpEvent,
    mode: ResponseMode,
    out: &mut Vec<u8>,
) -> Verdict {
    let HttpEvent {
        mut request,
        details,
        envelope,
        streams,
    } = event;
    let of_poll = facts.details.as_ref();
    if let Some(trace) = of_poll.and_then(|details| details.trace_header.as_deref()) {
        // the header inside the event has an older parent
        if let Ok(value) = HeaderValue::try_from(trace) {
            request.headers_mut().insert("x-amzn-trace-id", value);
        }
    }
    facts.details = Some(match facts.details {
        Some(of_poll) => {
            let mut all = Arc::unwrap_or_clone(of_poll);
            all.complete_from(details);
            Arc::new(all)
        }
        None => Arc::new(details),
    });
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let is_head = method == Method::HEAD;
    let (head, body) = application.http(facts, request).await.into_parts();
    if mode == ResponseMode::Stream && streams {
        let body = if is_head { Body::empty() } else { body };
        return stream(envelope, head, body, out).await;
    }
    let limit = envelope.limit();
    let collected = if is_head {
        Ok(Bytes::new())
    } else {
        collect(body, limit).await
    };
    let written = collected.and_then(|body| {
        encode::http(envelope, &head, &body, out);
        if out.len() > limit {
            return Err(Uncollected::TooLarge(out.len()));
        }
        Ok(())
    });
    let status = match written {
        Ok(()) => return Verdict::Response,
        Err(Uncollected::Broken(status)) => status,
        Err(Uncollected::TooLarge(bytes)) => {
            let path = uri.path();
            let taker = envelope.limited_by();
            // one that can stream and is not asked to
            let or_stream = if streams {
                ", or set FAAS_RESPONSE_MODE=stream"
            } else {
                ""
            };
            tracing::error!(
                "the response to `{method} {path}` has {bytes} bytes or more, and {taker} takes {limit}: return less, or a link to it{or_stream}; answered with 500"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    out.clear();
    plain(envelope, status, out).await;
    Verdict::Response
}

/// Why a response cannot be sent as one document.
enum Uncollected {
    /// Its body broke off; this is the status to answer with instead.
    Broken(StatusCode),
    /// It has so many bytes, or more.
    TooLarge(usize),
}

/// Writes the head at once; the body follows while it is made.
async fn stream(envelope: Envelope, head: Parts, mut body: Body, out: &mut Vec<u8>) -> Verdict {
    if let StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED = head.status {
        body = Body::empty();
    }
    let mut deadline = Deadline::default();
    let first = match begun(&mut body, &mut deadline).await {
        Ok(first) => first,
        Err(error) => return own(envelope, status_of(&error), out),
    };
    if let Err(error) = encode::prelude(envelope, &head, out) {
        tracing::error!("{error}: answered with 500 instead");
        out.clear();
        return own(envelope, StatusCode::INTERNAL_SERVER_ERROR, out);
    }
    Verdict::Stream {
        content_type: Cow::Borrowed(encode::WITH_PRELUDE),
        first,
        body,
        deadline,
    }
}

/// Streams an answer of our own with this status.
fn own(envelope: Envelope, status: StatusCode, out: &mut Vec<u8>) -> Verdict {
    let (head, body) = problem(status, None).into_parts();
    let written = encode::prelude(envelope, &head, out);
    debug_assert_eq!(written, Ok(()), "a head of ours is short");
    Verdict::Stream {
        content_type: Cow::Borrowed(encode::WITH_PRELUDE),
        first: Bytes::new(),
        body,
        deadline: Deadline::default(),
    }
}

/// Gathers a response's body, as far as its front end may take it.
async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Uncollected> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    while let Some(frame) = body.frame().await {
        // told in the log by the guard, which knows the function
        let frame = frame.map_err(|error| Uncollected::Broken(status_of(&error)))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
        if rest.len() > limit {
            return Err(Uncollected::TooLarge(rest.len()));
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

/// The status of an answer whose body broke off before anything of it was sent.
fn status_of(error: &axum::Error) -> StatusCode {
    match BrokenOff::failure_in(error).kind {
        FailureKind::Deadline => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Writes an answer of our own with this status.
async fn plain(envelope: Envelope, status: StatusCode, out: &mut Vec<u8>) {
    let (head, body) = problem(status, None).into_parts();
    let body = Response::new(body)
        .into_body()
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    encode::http(envelope, &head, &body, out);
}

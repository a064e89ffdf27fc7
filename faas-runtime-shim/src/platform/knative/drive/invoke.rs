//! `POST /` to an `invoke` function: the body is its input, the answer its output.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::IntoResponse;
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::application::{Application, FunctionIndex};
use crate::error::{Error, problem};
use crate::host::events;
use crate::invocation::{Facts, Failure, FailureKind, Payload};

/// Invokes the function. The listener's policy limits the body.
pub(super) async fn answer(
    application: &Application,
    function: FunctionIndex,
    facts: Facts,
    request: Request<Body>,
) -> Response<Body> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| Cow::Owned(value.to_owned()));
    let facts = Facts {
        trace: events::trace(request.headers()),
        ..facts
    };
    let body = match to_bytes(request.into_body(), usize::MAX).await {
        Ok(body) => body,
        Err(error) => return problem(StatusCode::BAD_REQUEST, Some(&error.to_string())),
    };
    let payload = Payload { body, media_type };
    match application.invoke(function, facts, payload.into()).await {
        Ok(reply) => {
            let media_type = HeaderValue::from_str(&reply.media_type);
            let mut response = Response::new(reply.into_body());
            if let Ok(media_type) = media_type {
                let _ = response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, media_type);
            }
            response
        }
        Err(failure) => failed(failure),
    }
}

/// As for an HTTP handler: a client learns what is wrong with its request, and nothing else.
fn failed(failure: Failure) -> Response<Body> {
    tracing::error!(kind = ?failure.kind, "the function failed: {}", failure.message);
    let message = failure.message;
    let error = match failure.kind {
        FailureKind::Retry | FailureKind::Panic => Error::retry(message),
        FailureKind::RetryAfter(delay) => Error::retry_after(delay, message),
        FailureKind::Reject | FailureKind::Unroutable => Error::reject(message),
        FailureKind::Deadline => Error::status(StatusCode::GATEWAY_TIMEOUT, message),
        FailureKind::Overload | FailureKind::NotAttempted => Error::retry_after(SOON, message),
    };
    error.into_response()
}

/// Nobody knows when a place falls free.
const SOON: Duration = Duration::from_secs(1);

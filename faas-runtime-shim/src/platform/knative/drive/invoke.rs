//! `POST /` to an `invoke` function: the body is its input, the answer its output.

use std::borrow::Cow;

use axum::body::{Body, to_bytes};
use http::{HeaderValue, Request, Response, StatusCode, header};

use crate::application::guard::Answer as _;
use crate::application::{Application, FunctionIndex};
use crate::error::problem;
use crate::invocation::{Facts, Failure, Payload};
use crate::trace::TraceContext;

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
        trace: TraceContext::of_headers(request.headers()),
        ..facts
    };
    let body = match to_bytes(request.into_body(), usize::MAX).await {
        Ok(body) => body,
        Err(error) => {
            tracing::debug!("the request's body broke off: {error}");
            return problem(
                StatusCode::BAD_REQUEST,
                Some("the request's body broke off"),
            );
        }
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
    Response::failed(failure)
}

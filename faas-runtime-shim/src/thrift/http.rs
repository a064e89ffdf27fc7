//! Thrift over HTTP: a message in the body of a POST, its answer in that of the response. So calls pass wherever HTTP does.
//!
//! Apache Thrift, `THttpClient` and `TServlet`: the body is one message without framing. The path is any; one that ends with
//! a service's name means that service.

use axum::body::{Body, Bytes, HttpBody};
use bytes::BytesMut;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::dispatch::{Incoming, dispatch};
use super::services::Services;
use super::wire;
use crate::application::Application;
use crate::error::problem;
use crate::invocation::Facts;

/// Tells whether a request brings a message.
pub(crate) fn is_thrift(request: &Request<Body>) -> bool {
    *request.method() == Method::POST && media_type(request.headers()).is_some()
}

/// Finds which of the media types of Thrift the body has, as it is written.
fn media_type(headers: &HeaderMap) -> Option<&HeaderValue> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let essence = value.as_bytes().split(|byte| *byte == b';').next()?;
    let essence = essence.trim_ascii();
    MEDIA_TYPES
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
        .then_some(value)
}

/// The one of Apache Thrift's HTTP transports, and those that are registered with IANA for its protocols ("Media Types",
/// `application/vnd.apache.thrift.*`); that of JSON is not among them.
const MEDIA_TYPES: [&[u8]; 3] = [
    b"application/x-thrift",
    b"application/vnd.apache.thrift.binary",
    b"application/vnd.apache.thrift.compact",
];

/// Answers a request that [brings a message](is_thrift).
pub(crate) async fn take(
    application: Application,
    facts: Facts,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let Some(limits) = application.thrift().map(Services::limits) else {
        return problem(StatusCode::NOT_FOUND, None);
    };
    let payload = match payload(body, limits.frame).await {
        Ok(payload) => payload,
        Err(refusal) => return *refusal,
    };
    let place = parts.uri.path().rsplit('/').next();
    let dispatched = wire::body(payload, &limits).and_then(|frame| {
        let incoming = Incoming {
            facts,
            frame,
            place,
            room: BytesMut::new(),
        };
        dispatch(&application, incoming)
    });
    let dispatched = match dispatched {
        Ok(dispatched) => dispatched,
        Err(malformed) => {
            return problem(StatusCode::BAD_REQUEST, Some(&malformed.to_string()));
        }
    };
    // also for oneway calls and exceptions: Apache's clients take nothing else, and would not read the exception
    let mut response = Response::new(match dispatched.await {
        Some(bytes) => Body::from(bytes.freeze()),
        None => Body::empty(),
    });
    if let Some(media_type) = media_type(&parts.headers) {
        let _ = response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type.clone());
    }
    response
}

/// Reads the body, up to so many bytes.
async fn payload(body: Body, max: usize) -> Result<Bytes, Box<Response<Body>>> {
    let declared = body.size_hint().lower();
    if declared > max as u64 {
        return Err(Box::new(too_large(max)));
    }
    match Limited::new(body, max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Box::new(too_large(max))),
        // whoever serves the request knows why
        Err(_) => Err(Box::new(problem(
            StatusCode::BAD_REQUEST,
            Some("the request's body broke off"),
        ))),
    }
}

fn too_large(max: usize) -> Response<Body> {
    problem(
        StatusCode::PAYLOAD_TOO_LARGE,
        Some(&format!(
            "the message is longer than the {max} bytes that are accepted (`[thrift] max_frame`)"
        )),
    )
}

//! Events and requests as somebody has written them down, for whoever has no connection: tests and replays.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};

use super::super::wire::{self, Sort, Values};
use crate::cloudevents::decode::{BATCHED, STRUCTURED};

/// What was written down.
#[derive(Debug)]
pub(in super::super) struct Document(pub(in super::super) Request<Body>);

/// What was written down is none of the forms.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum DocumentError {
    /// It is no JSON, or another document.
    #[error(
        r#"expected a CloudEvent, an array of them, or a request as in `{{"method":"POST","path":"/","headers":{{}},"body":"…"}}`"#
    )]
    Form(#[source] Option<serde_json::Error>),
    /// A part of a request is not what HTTP takes there.
    #[error("`{part}` of the request is not {expected}")]
    Part {
        /// The member.
        part: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// Makes the request that the platform would send.
pub(in super::super) fn document(text: &Bytes) -> Result<Document, DocumentError> {
    let start = text.trim_ascii_start();
    if start.starts_with(b"[") {
        return Ok(posted(BATCHED, text.clone()));
    }
    let sort: Sort =
        serde_json::from_slice(start).map_err(|error| DocumentError::Form(Some(error)))?;
    match (sort.specversion, sort.path) {
        (Some(_), _) => Ok(posted(STRUCTURED, text.clone())),
        (None, Some(_)) => request(start).map(Document),
        (None, None) => Err(DocumentError::Form(None)),
    }
}

fn posted(media_type: &'static str, body: Bytes) -> Document {
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::POST;
    let media_type = HeaderValue::from_static(media_type);
    let _ = request
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    Document(request)
}

fn request(text: &[u8]) -> Result<Request<Body>, DocumentError> {
    let part = |part, expected| DocumentError::Part { part, expected };
    let written: wire::Request<'_> =
        serde_json::from_slice(text).map_err(|error| DocumentError::Form(Some(error)))?;
    let body = match (written.body, written.body_json, written.body_base64) {
        (None, None, None) => Bytes::new(),
        (Some(text), None, None) => text.into(),
        (None, Some(json), None) => Bytes::copy_from_slice(json.get().as_bytes()),
        (None, None, Some(encoded)) => STANDARD
            .decode(encoded)
            .map_err(|_| part("body_base64", "base64"))?
            .into(),
        _ => return Err(part("body", "there once, as text, JSON or base64")),
    };
    let mut request = Request::builder().uri(
        written
            .path
            .parse::<http::uri::PathAndQuery>()
            .map_err(|_| part("path", "a path"))?
            .to_string(),
    );
    let method = written.method.as_deref().unwrap_or("POST");
    let method = Method::from_bytes(method.as_bytes());
    request = request.method(method.map_err(|_| part("method", "a method of HTTP"))?);
    for (name, values) in &written.headers {
        let values = match values {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) => values,
        };
        for value in values {
            request = request.header(name, value);
        }
    }
    let request = request.body(Body::from(body));
    request.map_err(|_| part("headers", "an object of names and values that HTTP allows"))
}

//! HTTP requests from the events of six front ends.
//!
//! Nothing that a client can send fails here: a bad header is left out, a bad path or query encoded. What fails is an
//! event that no front end writes, and the error names the key. Facts: API Gateway Developer Guide, "Create AWS Lambda
//! proxy integrations for HTTP APIs"; ELB, "Lambda functions as targets"; Lambda Developer Guide, "Function URLs".

mod fields;
mod line;
mod target;

use axum::body::Body;
use base64::Engine as _;
use bytes::Bytes;
use http::Request;
use serde_json::Value;

use super::super::encode::Envelope;
use super::super::wire::{Context, SECURITY_TOKEN, Scan, Text};
use super::source::Front;
use super::{BASE64, DecodeError, claims, shown};
use crate::invocation::{Details, RawJson};

/// A request, what came with it, and the form that its answer must have.
#[derive(Debug)]
pub(crate) struct HttpEvent {
    pub(crate) request: Request<Body>,
    pub(crate) details: Details,
    pub(crate) envelope: Envelope,
    /// Whether its front end can pass an answer on while it is made.
    pub(crate) streams: bool,
}

pub(super) fn event(
    front: Front,
    event: &Bytes,
    mut scan: Scan<'_>,
) -> Result<HttpEvent, DecodeError> {
    if let Some(mismatch) = scan.mismatch {
        return Err(mismatch.into());
    }
    if front == Front::Lattice {
        lattice_version(&scan)?;
    }
    let envelope = envelope(front, &scan);
    let streams = streams(front, &scan.context);
    let line = line::of(front, &scan)?;
    let body = body(event, &mut scan)?;
    let headers = fields::headers(&mut scan, body.len());

    let mut details = Details {
        request_context: Some(RawJson::from_validated(event.slice_ref(scan.context.raw))),
        claims: claims_of(front),
        client_address: fields::client_address(front, &scan.context, &headers),
        request_id: scan.context.request_id.as_deref().map(lossy),
        public_path: line.public_path,
        ..Details::default()
    };
    if let Some(token) = scan.headers.security_token {
        details.credentials.insert(SECURITY_TOKEN, token);
    }

    let mut request = Request::new(Body::from(body));
    *request.method_mut() = line.method;
    *request.uri_mut() = line.uri;
    *request.headers_mut() = headers;
    Ok(HttpEvent {
        request,
        details,
        envelope,
        streams,
    })
}

/// Version 1 has other keys for the same things, so what follows would misread it.
fn lattice_version(scan: &Scan<'_>) -> Result<(), DecodeError> {
    match scan.version.as_deref() {
        None | Some(b"2.0") => Ok(()),
        Some(other) => Err(DecodeError::Value {
            path: "version",
            expected: "`2.0`, which the target group's Lambda event structure version V2 gives",
            value: shown(other),
        }),
    }
}

fn envelope(front: Front, scan: &Scan<'_>) -> Envelope {
    match front {
        Front::Alb => Envelope::Alb {
            multi_value: scan.multi_value_headers.is_some(),
        },
        Front::HttpV2 { .. } => Envelope::HttpV2,
        Front::WebSocket => Envelope::WebSocket,
        Front::Lattice => Envelope::Lattice,
        Front::RestV1 { .. } => Envelope::RestV1,
    }
}

/// Function URLs and REST APIs stream (Lambda Developer Guide, "Response streaming"; API Gateway Developer Guide, "Set up a
/// Lambda proxy integration with payload response streaming"). All others read one document whatever the function does.
fn streams(front: Front, context: &Context<'_>) -> bool {
    match front {
        // an HTTP API has a domain, be it a custom one; only tools have none
        Front::HttpV2 { function_url } => function_url || context.domain_name.is_none(),
        Front::RestV1 { http_api } => !http_api,
        Front::Alb | Front::Lattice | Front::WebSocket => false,
    }
}

fn claims_of(front: Front) -> Option<fn(&RawJson) -> Option<Value>> {
    match front {
        // ALB has its own in the `x-amzn-oidc-*` headers
        Front::Alb => None,
        Front::HttpV2 { .. } => Some(claims::http_v2),
        Front::Lattice => Some(claims::lattice),
        Front::RestV1 { .. } | Front::WebSocket => Some(claims::rest_v1),
    }
}

fn body(event: &Bytes, scan: &mut Scan<'_>) -> Result<Bytes, DecodeError> {
    match scan.body.take() {
        None => Ok(Bytes::new()),
        Some(text) if scan.body_is_base64 => BASE64
            .decode(text)
            .map(Bytes::from)
            .map_err(|error| DecodeError::Base64(error.into())),
        Some(Text::Borrowed(text)) => Ok(event.slice_ref(text)),
        Some(Text::Owned(text)) => Ok(Bytes::from(text)),
    }
}

fn lossy(text: &[u8]) -> Box<str> {
    String::from_utf8_lossy(text).into()
}

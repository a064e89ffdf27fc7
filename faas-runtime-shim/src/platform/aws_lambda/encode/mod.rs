//! Answers in the forms that Lambda and its front ends read, written straight into the buffer that is sent.
//!
//! Text or base64 is decided by the bytes: a type list alone spoils Latin-1 pages and untyped images. Facts: API Gateway
//! Developer Guide, "Output format of a Lambda function for proxy integration"; ELB, "Respond to the load balancer";
//! Lambda Developer Guide, "Function URLs", response payload; for errors "Building a custom runtime".

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod body;
mod cause;
mod failures;
mod headers;
mod prelude;
mod record;
mod reply;
#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests;
mod text;

use http::StatusCode;
use http::response::Parts;

use super::RESPONSE_LIMIT;

pub(crate) use self::cause::cause;
pub(crate) use self::failures::{Identifier, failures};
pub(crate) use self::prelude::{WITH_PRELUDE, prelude};
pub(crate) use self::record::{Record, record};
pub(crate) use self::reply::{event, reply};

/// The form that a front end reads an answer in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Envelope {
    /// REST APIs, and HTTP APIs that write payload 1.0.
    RestV1,
    /// HTTP APIs and Function URLs.
    HttpV2,
    /// It mirrors the request: an ALB reads only the map that it writes itself.
    Alb {
        multi_value: bool,
    },
    Lattice,
    WebSocket,
}

impl Envelope {
    /// The most bytes of an answer that its front end takes, at most Lambda's own limit (ELB, "Lambda functions as targets":
    /// 1 MB).
    pub(crate) fn limit(self) -> usize {
        match self {
            Self::Alb { .. } => 1024 * 1024,
            Self::RestV1 | Self::HttpV2 | Self::Lattice | Self::WebSocket => RESPONSE_LIMIT,
        }
    }

    /// Whose limit that is, for messages.
    pub(crate) fn limited_by(self) -> &'static str {
        match self {
            Self::Alb { .. } => "an ALB",
            Self::RestV1 | Self::HttpV2 | Self::Lattice | Self::WebSocket => "Lambda",
        }
    }
}

/// Appends the answer to an HTTP request. For a HEAD request the caller passes an empty body.
pub(crate) fn http(envelope: Envelope, head: &Parts, body: &[u8], out: &mut Vec<u8>) {
    let body = match head.status {
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => &[],
        _ => body,
    };
    out.extend_from_slice(br#"{"statusCode":"#);
    out.extend_from_slice(head.status.as_str().as_bytes());
    if let (Envelope::Alb { .. }, Some(reason)) = (envelope, head.status.canonical_reason()) {
        out.extend_from_slice(br#","statusDescription":""#);
        out.extend_from_slice(head.status.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(reason.as_bytes());
        out.push(b'"');
    }
    let hints = match envelope {
        Envelope::RestV1 | Envelope::Alb { multi_value: true } => {
            headers::arrays(&head.headers, out)
        }
        Envelope::HttpV2 => headers::texts_and_cookies(&head.headers, out),
        Envelope::Alb { multi_value: false } | Envelope::Lattice | Envelope::WebSocket => {
            headers::texts(&head.headers, out)
        }
    };
    body::write(body, hints, out);
    out.push(b'}');
}

/// Appends the body of a report that an invocation, or the start, has failed.
pub(crate) fn error(error_type: &str, message: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"errorType":""#);
    text::escaped(error_type, out);
    out.extend_from_slice(br#"","errorMessage":""#);
    text::escaped(message, out);
    out.extend_from_slice(br#"","stackTrace":[]}"#);
}

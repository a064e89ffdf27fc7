//! The native side: heads of requests made native, heads of answers taken apart.

use axum::body::Body;
use http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version, request, response,
};

use crate::grpc::status::{Code, Status};

pub(super) const GRPC_ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
pub(super) const GRPC_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// Makes a head native: what is left of its fields is metadata, and what the protocol's own translation adds.
pub(super) fn request(head: &mut request::Parts) {
    /// They are about one connection or one body, and that is not the native one.
    const GONE: [HeaderName; 7] = [
        CONNECTION,
        CONTENT_LENGTH,
        EXPECT,
        HeaderName::from_static("keep-alive"),
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ];
    for name in GONE {
        head.headers.remove(name);
    }
    let mut put = |name, value| {
        _ = head
            .headers
            .try_insert(name, HeaderValue::from_static(value))
    };
    put(CONTENT_TYPE, "application/grpc+proto");
    put(TE, "trailers");
    head.method = Method::POST;
    head.version = Version::HTTP_2;
}

/// A native answer's head.
#[derive(Debug)]
pub(super) struct Reply {
    /// Without the fields that only the native protocol has.
    pub(super) head: response::Parts,
    pub(super) rest: Rest,
}

/// What comes behind the head.
#[derive(Debug)]
pub(super) enum Rest {
    /// Nothing: the head has told how the call ended, and its fields are the trailers.
    Nothing(Status),
    Messages {
        body: Body,
        /// Messages' coding; those that are coded say so.
        encoding: Option<HeaderValue>,
    },
}

impl Reply {
    pub(super) fn of(response: Response<Body>) -> Self {
        let (mut head, body) = response.into_parts();
        let fields = &mut head.headers;
        let is_native =
            super::media::Media::of(fields, CONTENT_TYPE).is_some_and(|media| media.is_native());
        for name in [
            CONNECTION,
            CONTENT_ENCODING,
            CONTENT_LENGTH,
            CONTENT_TYPE,
            TRAILER,
            TRANSFER_ENCODING,
        ] {
            fields.remove(name);
        }
        fields.remove(GRPC_ACCEPT_ENCODING);
        let encoding = fields.remove(GRPC_ENCODING);
        let rest = match Status::take(fields) {
            Some(status) => Rest::Nothing(status),
            None if is_native && head.status == StatusCode::OK => Rest::Messages { body, encoding },
            None => Rest::Nothing(not_native(head.status)),
        };
        head.status = StatusCode::OK;
        Self { head, rest }
    }
}

/// An answer of something in front of the service, which does not speak gRPC.
fn not_native(status: StatusCode) -> Status {
    let code = match Code::from_http(status) {
        Code::Unknown if status == StatusCode::OK => Code::Internal,
        code => code,
    };
    Status::new(
        code,
        format!(
            "the answer is not gRPC's, and has the HTTP status {}",
            status.as_u16()
        ),
    )
}

/// The status out of trailers; a call that ends without one has failed.
pub(super) fn ending(trailers: Option<HeaderMap>) -> (Status, HeaderMap) {
    let mut trailers = trailers.unwrap_or_default();
    let status = Status::take(&mut trailers);
    let status =
        status.unwrap_or_else(|| Status::new(Code::Internal, "the answer ended without a status"));
    (status, trailers)
}

/// The status for an answer that broke off.
pub(super) fn broken() -> Status {
    Status::new(Code::Internal, "the answer broke off")
}

//! gRPC-Web and Connect, translated to native gRPC and back: what is behind sees native calls only.
//!
//! Pure over `http`'s types: no socket, no clock, no log. Messages pass one at a time, and nothing is gathered but the
//! message of a unary Connect call. Left out: gRPC-Web with any message format besides protobuf; of Connect all codings
//! besides gzip. Begin with [`wire`], which tells a request's protocol by its head.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod complaint;
mod connect;
mod frame;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod media;
mod native;
mod relay;
#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests;
mod web;

use axum::body::Body;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

pub(crate) use self::complaint::Complaint;
pub(crate) use self::connect::connect;
use self::media::Media;
pub(crate) use self::web::web;
use super::schema::{self, Schema};

/// The protocol of a request to a method's path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wire {
    /// gRPC itself, whatever the format of its messages.
    Native,
    Web(web::Form),
    Connect(connect::Form),
    /// None of them; [`foreign`] answers.
    Foreign,
}

/// Tells the protocol of a request to a method's path.
pub(crate) fn wire(request: &Request<Body>) -> Wire {
    let fields = request.headers();
    if request.method() == Method::POST && is_plainly_native(fields) {
        return Wire::Native;
    }
    if request.method() == Method::GET {
        let query = request.uri().query().unwrap_or_default();
        return connect::Form::of_query(query).map_or(Wire::Foreign, Wire::Connect);
    }
    let Some(media) = Media::of(fields, CONTENT_TYPE).filter(|_| request.method() == Method::POST)
    else {
        return Wire::Foreign;
    };
    if media.is_native() {
        return Wire::Native;
    }
    let accepted = Media::of(fields, ACCEPT);
    if let Some(form) = web::Form::of(&media, accepted.as_ref()) {
        return Wire::Web(form);
    }
    connect::Form::of(&media).map_or(Wire::Foreign, Wire::Connect)
}

/// Whether its media type is written as nearly every caller of gRPC does: then nothing has to be taken apart.
fn is_plainly_native(fields: &HeaderMap) -> bool {
    let kind = fields.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    matches!(kind, Some(b"application/grpc" | b"application/grpc+proto"))
}

/// Answers a request to a method's path that is in none of the protocols.
pub(crate) fn foreign(request: &Request<Body>, schema: &Schema) -> Response<Body> {
    let method = schema.method(request.uri().path());
    if *request.method() == Method::POST {
        return unsupported_media(method);
    }
    wrong_verb(method)
}

/// "405 Method Not Allowed", which says what is.
fn wrong_verb(method: Option<&schema::Method>) -> Response<Body> {
    let gets = method.is_some_and(|method| method.is_safe && !method.streams());
    let allowed = if gets { "GET, POST" } else { "POST" };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    response
}

/// "415 Unsupported Media Type", which says what is supported.
fn unsupported_media(method: Option<&schema::Method>) -> Response<Body> {
    const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
    const UNARY: &str = "application/json, application/proto, application/grpc, application/grpc+proto, \
         application/grpc-web, application/grpc-web+proto, application/grpc-web-text, application/grpc-web-text+proto";
    const STREAMING: &str = "application/connect+json, application/connect+proto, application/grpc, application/grpc+proto, \
         application/grpc-web, application/grpc-web+proto, application/grpc-web-text, application/grpc-web-text+proto";
    let streams = method.is_some_and(schema::Method::streams);
    let supported = if streams { STREAMING } else { UNARY };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response
        .headers_mut()
        .insert(ACCEPT_POST, HeaderValue::from_static(supported));
    response
}

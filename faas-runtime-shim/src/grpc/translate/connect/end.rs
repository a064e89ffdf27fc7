//! How failures and the ends of streams are told: JSON.
//!
//! Connect's protocol, Error and EndStreamResponse.

use std::collections::BTreeMap;

use axum::body::Body;
use base64::Engine as _;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode, response};
use prost::Message;
use prost_reflect::DescriptorPool;
use prost_types::Any;
use serde::Serialize;
use serde_json::value::RawValue;

use super::json;
use crate::grpc::status::{BASE64, Code, Status};

/// An error.
#[derive(Debug, Serialize)]
struct Error<'a> {
    code: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    r#type: String,
    value: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    debug: Option<Box<RawValue>>,
}

/// The last message of a stream.
#[derive(Debug, Serialize)]
struct EndStream<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<&'a str, Vec<String>>,
}

/// `google.rpc.Status`, of which only the details are wanted.
#[derive(Clone, PartialEq, Message)]
struct Packed {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// The answer of a unary call that has failed. The head brings the metadata.
pub(super) fn failed(
    mut head: response::Parts,
    status: &Status,
    pool: &DescriptorPool,
) -> Response<Body> {
    let (_, http) = status.code.connect();
    head.status = StatusCode::from_u16(http).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json");
    _ = head.headers.try_insert(CONTENT_TYPE, json);
    let body = serde_json::to_vec(&error(status, pool)).unwrap_or_default();
    Response::from_parts(head, Body::from(body))
}

/// The message at the end of a stream.
pub(super) fn stream(status: &Status, metadata: &HeaderMap, pool: &DescriptorPool) -> Bytes {
    let mut fields: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in metadata {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        fields.entry(name.as_str()).or_default().push(text);
    }
    let end = EndStream {
        error: (status.code != Code::Ok).then(|| error(status, pool)),
        metadata: fields,
    };
    serde_json::to_vec(&end).unwrap_or_default().into()
}

fn error<'a>(status: &'a Status, pool: &DescriptorPool) -> Error<'a> {
    let packed = status
        .details
        .as_deref()
        .and_then(|details| Packed::decode(details).ok());
    let details = packed.unwrap_or_default().details;
    let (code, _) = status.code.connect();
    Error {
        code,
        message: &status.message,
        details: details.iter().map(|any| detail(any, pool)).collect(),
    }
}

fn detail(any: &Any, pool: &DescriptorPool) -> Detail {
    let url = &any.type_url;
    let name = url.rsplit_once('/').map_or(&**url, |(_, name)| name);
    Detail {
        debug: json::shown(pool, name, &any.value),
        r#type: name.to_owned(),
        value: BASE64.encode(&any.value),
    }
}

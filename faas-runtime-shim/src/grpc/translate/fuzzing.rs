//! Laws of the translation over any bytes: for the fuzzers, and for the property tests.
//!
//! The first four bytes choose the form of the call, a header field, the width of pieces and where the answer comes from.

use std::convert::Infallible;
use std::future::ready;
use std::sync::LazyLock;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, ServiceDescriptorProto,
};

use super::{Wire, connect, web, wire};
use crate::grpc::schema::Schema;
use crate::grpc::status::{Code, refused};

/// A gRPC-Web call ends with a status, in its head or in the last frame of its body, unless its answer broke off.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_web(bytes: &[u8]) {
    const TYPES: [&str; 2] = ["application/grpc-web+proto", "application/grpc-web-text"];
    let (chosen, rest) = bytes.split_first_chunk::<4>().unwrap_or((&[0; 4], bytes));
    let request = request(chosen, &TYPES, rest);
    let Wire::Web(form) = wire(&request) else {
        return;
    };
    let response = web(form, request, |request| answer(chosen, rest, request));
    let response = response.now_or_never().expect("nothing is waited for");
    assert_eq!(response.status(), 200);
    let is_text = response.headers()["content-type"] == "application/grpc-web-text+proto";
    let in_head = response.headers().contains_key("grpc-status");
    let Some(body) = whole(response) else {
        return;
    };
    if in_head {
        return assert!(body.is_empty());
    }
    let body = if is_text { decoded(&body) } else { body };
    let frames = frames(&body);
    let (flags, block) = frames.last().expect("there are trailers");
    assert_eq!(*flags, 0x80);
    assert!(str::from_utf8(block).is_ok_and(|block| block.contains("grpc-status: ")));
}

/// A Connect call ends with a message of its form or with an error in JSON, a stream with its end.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_connect(bytes: &[u8]) {
    const TYPES: [&str; 4] = [
        "application/json",
        "application/proto",
        "application/connect+json",
        "application/connect+proto",
    ];
    let (chosen, rest) = bytes.split_first_chunk::<4>().unwrap_or((&[0; 4], bytes));
    let request = request(chosen, &TYPES, rest);
    let Wire::Connect(form) = wire(&request) else {
        return;
    };
    let response = connect(form, request, &SCHEMA, 1 << 16, |request| {
        answer(chosen, rest, request)
    });
    let response = response.now_or_never().expect("nothing is waited for");
    let status = response.status();
    let is_compressed = response.headers().contains_key("content-encoding");
    let content_type = response.headers().get("content-type").cloned();
    let Some(body) = whole(response) else {
        return;
    };
    let json =
        |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("it is JSON");
    match content_type.as_ref().map(HeaderValue::as_bytes) {
        None => assert!(body.is_empty() && !status.is_success()),
        Some(b"application/json") if status != 200 => assert!(
            json(&body)
                .get("code")
                .is_some_and(serde_json::Value::is_string)
        ),
        Some(b"application/json") if !is_compressed => assert!(json(&body).is_object()),
        Some(b"application/connect+json" | b"application/connect+proto") => {
            let frames = frames(&body);
            let (end, _) = frames.split_last().expect("there is an end");
            assert_eq!(end.0, 2);
            assert!(json(&end.1).is_object());
        }
        Some(_) => assert_eq!(status, 200),
    }
}

/// A POST, or a GET with the bytes as its query.
fn request(chosen: &[u8; 4], types: &[&'static str], rest: &[u8]) -> Request<Body> {
    const FIELDS: [(&str, &str); 8] = [
        ("connect-content-encoding", "gzip"),
        ("content-encoding", "gzip"),
        ("connect-timeout-ms", "5"),
        ("connect-protocol-version", "2"),
        ("accept-encoding", "gzip"),
        ("accept", "application/grpc-web-text"),
        ("x", "y"),
        ("connect-accept-encoding", "gzip"),
    ];
    let [form, field, width, _] = chosen.map(usize::from);
    let method = if field & 8 == 0 { "Chat" } else { "Get" };
    let path = format!("/t.S/{method}");
    if form == 255 {
        let query: String = rest.iter().map(|byte| char::from(byte & 0x7f)).collect();
        let target = format!("{path}?encoding=json&message={query}");
        return Request::get(target).body(Body::empty()).unwrap_or_default();
    }
    let pieces: Vec<_> = rest
        .chunks(width.max(1))
        .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
        .collect();
    let mut request = Request::new(Body::new(StreamBody::new(stream::iter(pieces))));
    *request.method_mut() = http::Method::POST;
    *request.version_mut() = http::Version::HTTP_2;
    *request.uri_mut() = path.parse().expect("it is a path");
    let content_type = types
        .iter()
        .cycle()
        .nth(form % 16)
        .expect("there are types");
    let (name, value) = FIELDS
        .iter()
        .cycle()
        .nth(field % 8)
        .expect("there are fields");
    let mut put = |name, value| {
        request.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    };
    put("content-type", content_type);
    put(name, value);
    request
}

/// The request's own body, or the bytes as they are; with a status or without.
fn answer(
    chosen: &[u8; 4],
    rest: &[u8],
    request: Request<Body>,
) -> std::future::Ready<Response<Body>> {
    let [.., kind] = *chosen;
    let body = request
        .into_body()
        .collect()
        .now_or_never()
        .expect("nothing is waited for");
    let Ok(body) = body else {
        return ready(refused(Code::Unknown, "what the handler says"));
    };
    let body = if kind & 1 == 0 {
        body.to_bytes()
    } else {
        Bytes::copy_from_slice(rest)
    };
    let mut frames = vec![Frame::data(body)];
    if kind & 2 == 0 {
        let status = HeaderValue::from(u16::from(kind >> 4));
        frames.push(Frame::trailers(HeaderMap::from_iter([(
            HeaderName::from_static("grpc-status"),
            status,
        )])));
    }
    let frames = stream::iter(frames.into_iter().map(Ok::<_, Infallible>));
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let fields = response.headers_mut();
    if kind & 4 == 0 {
        fields.insert("content-type", HeaderValue::from_static("application/grpc"));
    }
    if kind & 8 != 0 {
        fields.insert("grpc-encoding", HeaderValue::from_static("gzip"));
    }
    ready(response)
}

fn whole(response: Response<Body>) -> Option<Bytes> {
    let body = response.into_body().collect().now_or_never();
    Some(body.expect("nothing is waited for").ok()?.to_bytes())
}

fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let Some((&[flags, a, b, c, d], rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).expect("it fits");
        let (message, rest) = rest.split_at_checked(length).expect("frames are whole");
        found.push((flags, message.to_vec()));
        bytes = rest;
    }
    assert!(bytes.is_empty(), "half a frame is left");
    found
}

fn decoded(text: &[u8]) -> Bytes {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let groups = text
        .chunks(4)
        .map(|group| engine.decode(group).expect("groups are whole"));
    groups.flatten().collect()
}

/// A recursive message with some fields, and two methods that take and give it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let field = |name: &str, number, kind: Type, of: Option<&str>| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Repeated.into()),
        r#type: Some(kind.into()),
        type_name: of.map(str::to_owned),
        ..FieldDescriptorProto::default()
    };
    let method = |name: &str, streams| MethodDescriptorProto {
        name: Some(name.to_owned()),
        input_type: Some(".t.M".to_owned()),
        output_type: Some(".t.M".to_owned()),
        client_streaming: Some(streams),
        server_streaming: Some(streams),
        options: Some(prost_types::MethodOptions {
            idempotency_level: Some(1),
            ..prost_types::MethodOptions::default()
        }),
    };
    let message = DescriptorProto {
        name: Some("M".to_owned()),
        field: vec![
            field("name", 1, Type::String, None),
            field("in_stock", 2, Type::Int64, None),
            field("tags", 3, Type::Bytes, None),
            field("extra", 4, Type::Message, Some(".google.protobuf.Any")),
            field(
                "since",
                5,
                Type::Message,
                Some(".google.protobuf.Timestamp"),
            ),
            field("inner", 6, Type::Message, Some(".t.M")),
            field("part", 7, Type::Double, None),
            field("value", 8, Type::Message, Some(".google.protobuf.Value")),
            field("took", 9, Type::Message, Some(".google.protobuf.Duration")),
            field(
                "mask",
                10,
                Type::Message,
                Some(".google.protobuf.FieldMask"),
            ),
        ],
        ..DescriptorProto::default()
    };
    let names = ["any", "timestamp", "struct", "duration", "field_mask"]
        .map(|name| format!("google/protobuf/{name}.proto"));
    let known = prost_reflect::DescriptorPool::global();
    let files = names.each_ref().map(|name| {
        let file = known.get_file_by_name(name).expect("it is well known");
        file.file_descriptor_proto().clone()
    });
    let file = FileDescriptorProto {
        name: Some("t.proto".to_owned()),
        package: Some("t".to_owned()),
        dependency: names.to_vec(),
        message_type: vec![message],
        service: vec![ServiceDescriptorProto {
            name: Some("S".to_owned()),
            method: vec![method("Get", false), method("Chat", true)],
            ..ServiceDescriptorProto::default()
        }],
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    };
    let set = FileDescriptorSet {
        file: [vec![file], files.to_vec()].concat(),
    };
    Schema::new([&*set.encode_to_vec()]).expect("the set is whole")
});

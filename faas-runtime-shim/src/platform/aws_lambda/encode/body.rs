//! The body, as text wherever the bytes allow it: base64 costs a third of the answer's limit, and a REST API without
//! binary media types hands it to the client undecoded.

use std::str;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::text;

/// What the headers say of the body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hints {
    pub(super) is_coded: bool,
    pub(super) is_binary: bool,
}

pub(super) fn write(body: &[u8], hints: Hints, out: &mut Vec<u8>) {
    out.extend_from_slice(br#","body":""#);
    let is_text = body.is_empty() || !(hints.is_coded || hints.is_binary);
    match str::from_utf8(body) {
        Ok(body) if is_text => {
            // most of it needs no escapes; what does makes the buffer grow
            out.reserve(body.len().saturating_add(END.len()));
            text::escaped(body, out);
            out.extend_from_slice(br#"","isBase64Encoded":false"#);
        }
        _ => {
            base64(body, out);
            out.extend_from_slice(br#"","isBase64Encoded":true"#);
        }
    }
}

fn base64(body: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let length = base64::encoded_len(body.len(), true).unwrap_or_default();
    out.resize(start.saturating_add(length), 0);
    if let Some(room) = out.get_mut(start..) {
        let written = STANDARD.encode_slice(body, room);
        debug_assert_eq!(written, Ok(length), "the room is as long as the text");
    }
}

const END: &str = r#"","isBase64Encoded":false}"#;

/// Tells whether a media type is one of formats that are never text. An unknown type says nothing.
pub(super) fn is_binary_type(value: &[u8]) -> bool {
    let mut parts = value.splitn(2, |byte| *byte == b'/');
    let kind = parts.next().unwrap_or_default().trim_ascii();
    let subtype = parts.next().unwrap_or_default();
    let subtype = subtype
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    let subtype = subtype.trim_ascii();
    let is_one_of = |name: &[u8], known: &[&str]| {
        known
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known.as_bytes()))
    };
    if is_one_of(kind, &["application"]) {
        return is_one_of(subtype, &BINARY_APPLICATIONS);
    }
    if is_one_of(kind, &["image"]) {
        return !is_one_of(subtype, &["svg+xml"]);
    }
    is_one_of(kind, &["audio", "font", "video"])
}

const BINARY_APPLICATIONS: [&str; 10] = [
    "cbor",
    "grpc",
    "gzip",
    "msgpack",
    "octet-stream",
    "pdf",
    "protobuf",
    "wasm",
    "x-protobuf",
    "zip",
];

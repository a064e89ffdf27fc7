//! Responses as they are written down, for whoever has no connection.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::response;

use super::wire::{Response, Values};

/// Writes a response as JSON; a body that is no text is in base64.
pub(super) fn response(head: &response::Parts, body: &[u8]) -> Bytes {
    let mut headers = BTreeMap::new();
    for name in head.headers.keys() {
        let values = head.headers.get_all(name).iter();
        let mut values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        let values = match values.pop() {
            Some(only) if values.is_empty() => Values::One(only),
            last => {
                values.extend(last);
                Values::Many(values)
            }
        };
        let _ = headers.insert(name.as_str(), values);
    }
    let text = std::str::from_utf8(body).ok();
    let written = Response {
        status: head.status.as_u16(),
        headers,
        body: text,
        body_base64: text.is_none().then(|| STANDARD.encode(body)),
    };
    serde_json::to_vec(&written)
        .expect("all keys are text, and memory takes what is written")
        .into()
}

//! What comes of events that others wrote, of rules one by one, and of anything at all.

mod conformance;
mod encoding;
mod errors;
mod fixtures;
mod laws;
mod rules;

use std::path::PathBuf;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::decode::{self, DecodeError};
use super::{CloudEvent, encode};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cloudevents")
}

fn headers<'h>(fields: impl IntoIterator<Item = (&'h str, &'h str)>) -> HeaderMap {
    let fields = fields.into_iter().map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    });
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(name, value);
    }
    headers
}

/// Receives a message; `None` if it does not say that it has events.
fn receive(headers: &HeaderMap, body: Bytes) -> Result<Option<Vec<CloudEvent>>, DecodeError> {
    match decode::mode(headers)? {
        Some(mode) => decode::decode(mode, headers, body).map(Some),
        None => Ok(None),
    }
}

/// Sends an event in each mode; what arrives.
fn sent(event: &CloudEvent) -> [CloudEvent; 3] {
    let (binary, body) = encode::binary(event).unwrap();
    let structured = headers([("content-type", decode::STRUCTURED)]);
    let object = encode::structured(event).unwrap().into();
    let batched = headers([("content-type", decode::BATCHED)]);
    let array = encode::batch(std::slice::from_ref(event)).unwrap().into();
    [(binary, body), (structured, object), (batched, array)].map(|(headers, body)| {
        let events = receive(&headers, body).unwrap().expect("it says so");
        let [event] = <[CloudEvent; 1]>::try_from(events).unwrap();
        event
    })
}

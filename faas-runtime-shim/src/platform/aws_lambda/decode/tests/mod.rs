//! What comes of Lambda's events: recorded ones, rules one by one, laws over made ones.

mod cookies;
mod errors;
mod fixtures;
mod hostile;
mod incoming;
mod laws;
mod pairs;
mod rules;
mod sources;

use axum::body::to_bytes;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::HeaderMap;
use serde_json::Value;

use super::super::encode::Envelope;
use super::incoming::Incoming;
use super::{DecodeError, HttpEvent, Source};
use crate::invocation::{Arrival, Details};

/// An event that has been recognised, and read if it is a request.
#[expect(
    clippy::large_enum_variant,
    reason = "a box would only make the tests longer"
)]
#[derive(Debug)]
enum Event {
    Http(HttpEvent),
    Other(Source),
}

fn event(event: &Bytes) -> Result<Event, DecodeError> {
    match super::event(event)? {
        super::Event::Http(request) => request.read(event).map(Event::Http),
        super::Event::Other(source) => Ok(Event::Other(source)),
    }
}

fn decode(sent: &Value) -> Result<Event, DecodeError> {
    event(&Bytes::from(sent.to_string()))
}

/// The arrivals of an event of which every record can be read.
#[track_caller]
fn arrivals(incoming: &Incoming) -> Vec<&Arrival> {
    match incoming {
        Incoming::Batch(batch) => {
            let records = batch.records.iter();
            records
                .map(|record| record.arrival.as_ref().unwrap())
                .collect()
        }
        Incoming::Whole(arrivals) => arrivals.iter().collect(),
        Incoming::One(arrival) => vec![arrival],
        Incoming::Nothing => Vec::new(),
    }
}

/// A decoded request with its body read.
struct Read {
    method: String,
    target: String,
    headers: HeaderMap,
    body: Bytes,
    details: Details,
    envelope: Envelope,
}

impl From<HttpEvent> for Read {
    fn from(event: HttpEvent) -> Self {
        let (head, body) = event.request.into_parts();
        assert_eq!(head.uri.authority(), None);
        let body = to_bytes(body, usize::MAX).now_or_never();
        Self {
            method: head.method.to_string(),
            target: head.uri.to_string(),
            headers: head.headers,
            body: body.expect("the body is in memory").unwrap(),
            details: event.details,
            envelope: event.envelope,
        }
    }
}

impl Read {
    fn header(&self, name: &str) -> Vec<&[u8]> {
        let values = self.headers.get_all(name).iter();
        values.map(http::HeaderValue::as_bytes).collect()
    }
}

#[track_caller]
fn request(event: &Value) -> Read {
    match decode(event) {
        Ok(Event::Http(event)) => event.into(),
        other => panic!("no request: {other:?}"),
    }
}

#[track_caller]
fn source(event: &Value) -> Source {
    match decode(event) {
        Ok(Event::Other(source)) => source,
        other => panic!("no other source: {other:?}"),
    }
}

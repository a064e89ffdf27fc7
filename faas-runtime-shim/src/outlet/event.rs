//! Messages of queues as CloudEvents, for queues that are reached through a sink of events.
//!
//! Pure. The type is ours: `host::events` takes the message out again. A receiver that is no `faas` application finds the
//! body as the data, and what else it needs among the attributes.

use std::borrow::Cow;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use percent_encoding::utf8_percent_encode;

use super::Message;
use crate::cloudevents::attributes::{check_extension, is_disallowed};
use crate::cloudevents::{AttributeError, CloudEvent, RESERVED, decode, encode};
use crate::invocation::InvocationId;
use crate::rfc3339;

/// The type of such events.
pub(crate) const KIND: &str = "dev.faas.queue.message";

/// Makes the event of a message. Attributes that no extension can hold are left out; [`left_out`] names them.
pub(crate) fn of(message: Message, service: &str, now: SystemTime) -> CloudEvent {
    let id = match message.idempotency_key {
        Some(key) if !key.is_empty() => one_line(&key),
        _ => InvocationId::own().as_str().to_owned(),
    };
    let source = format!(
        "{}#{}",
        utf8_percent_encode(service, RESERVED),
        utf8_percent_encode(&message.queue, RESERVED)
    );
    let mut event = CloudEvent::new(id, source, KIND);
    event.time = Some(rfc3339::format(now));
    event.data_content_type = message.payload.media_type.map(Cow::into_owned);
    event.data = Some(message.payload.body);
    for (name, value) in message.attributes.iter() {
        if let Some(value) = extension(name, value) {
            // of two with one name the first counts, as it does for `Attributes::get`
            event
                .extensions
                .entry(name.to_owned())
                .or_insert_with(|| one_line(value));
        }
    }
    if let Some(key) = message.key {
        let _ = event.extensions.insert(KEY.to_owned(), one_line(&key));
    }
    if let Some(trace) = message.trace {
        let parent = trace.traceparent().to_string();
        let _ = event.extensions.insert(TRACE_PARENT.to_owned(), parent);
        if let Some(state) = trace.tracestate() {
            let _ = event
                .extensions
                .insert(TRACE_STATE.to_owned(), state.to_owned());
        }
    }
    event
}

/// Makes an HTTP message of an event: in binary mode, or in structured mode if no header holds what it has.
pub(crate) fn to_http(event: &CloudEvent) -> Result<(HeaderMap, Bytes), AttributeError> {
    match encode::binary(event) {
        Err(AttributeError::Header { .. }) => {
            let mut headers = HeaderMap::new();
            let media_type = HeaderValue::from_static(decode::STRUCTURED);
            let _ = headers.insert(header::CONTENT_TYPE, media_type);
            Ok((headers, encode::structured(event)?.into()))
        }
        message => message,
    }
}

/// CloudEvents, extension "Partitioning".
pub(crate) const KEY: &str = "partitionkey";
/// CloudEvents, extension "Distributed Tracing".
pub(crate) const TRACE_PARENT: &str = "traceparent";
/// The same.
pub(crate) const TRACE_STATE: &str = "tracestate";

/// Returns the names of those attributes of a message that do not travel along.
pub(super) fn left_out(message: &Message) -> impl Iterator<Item = &str> {
    let attributes = message.attributes.iter();
    attributes.filter_map(|(name, value)| extension(name, value).is_none().then_some(name))
}

/// Returns the text of an attribute that CloudEvents has room for: by its name, and as text.
fn extension<'a>(name: &str, value: &'a [u8]) -> Option<&'a str> {
    if check_extension(name).is_err() || matches!(name, KEY | TRACE_PARENT | TRACE_STATE) {
        return None;
    }
    std::str::from_utf8(value).ok()
}

/// Attributes of events have no control characters; failures' texts, which dead letters carry, have line breaks.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| {
            if is_disallowed(character) {
                ' '
            } else {
                character
            }
        })
        .collect()
}

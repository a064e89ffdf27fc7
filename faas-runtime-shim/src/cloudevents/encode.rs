//! Events as HTTP messages (HTTP binding, section 3) and JSON text.
//!
//! Each form holds the event to its rules first: one that breaks them is its maker's mistake, and no receiver takes it.
//! JSON goes with the media types [`STRUCTURED`](super::decode::STRUCTURED) and [`BATCHED`](super::decode::BATCHED).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::value::RawValue;

use super::{AttributeError, CloudEvent, decode, media_type};
use crate::config::quote;

/// Makes the headers and the body of an event in binary mode, which every receiver understands. Empty data arrives as none.
///
/// # Errors
///
/// Returns the attribute that breaks a rule, or that no header can hold.
pub fn binary(event: &CloudEvent) -> Result<(HeaderMap, Bytes), AttributeError> {
    event.check()?;
    let mut headers = HeaderMap::new();
    for (name, value) in event.attributes() {
        let header = if name == "datacontenttype" {
            content_type(value)?
        } else {
            let header = HeaderName::try_from(format!("ce-{name}")).ok();
            header.zip(header_value(value))
        };
        header
            .and_then(|(name, value)| headers.try_insert(name, value).ok())
            .ok_or_else(|| AttributeError::Header {
                found: quote::value(name),
                expected: "fewer of them with shorter names, or structured mode",
            })?;
    }
    Ok((headers, event.data.clone().unwrap_or_default()))
}

fn content_type(value: &str) -> Result<Option<(HeaderName, HeaderValue)>, AttributeError> {
    // the receiver would take the data for the event
    if decode::is_of_cloudevents(value.as_bytes()) {
        let expected = "a media type other than those of CloudEvents, or structured mode";
        return Err(AttributeError::value("datacontenttype", value, expected));
    }
    Ok(Some(CONTENT_TYPE).zip(HeaderValue::from_str(value).ok()))
}

/// Writes an attribute's text as a header's value (section 3.1.3.2).
pub(super) fn header_value(text: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(utf8_percent_encode(text, ESCAPED).to_string()).ok()
}

/// Beside these, all that is not ASCII.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// Writes an event as a JSON object.
///
/// # Errors
///
/// Returns the attribute that breaks a rule.
pub fn structured(event: &CloudEvent) -> Result<Vec<u8>, AttributeError> {
    event.check()?;
    Ok(json(&Object(event)))
}

/// Writes events as a JSON array. Only receivers that ask for batches take them (section 3.3).
///
/// # Errors
///
/// Returns the first attribute that breaks a rule.
pub fn batch(events: &[CloudEvent]) -> Result<Vec<u8>, AttributeError> {
    events.iter().try_for_each(CloudEvent::check)?;
    Ok(json(&events.iter().map(Object).collect::<Vec<_>>()))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("all keys are text, and memory takes what is written")
}

struct Object<'e>(&'e CloudEvent);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.attributes() {
            map.serialize_entry(name, value)?;
        }
        match Data::of(self.0) {
            Data::None => {}
            Data::Json(text) => map.serialize_entry("data", text)?,
            Data::Text(text) => map.serialize_entry("data", text)?,
            Data::Binary(bytes) => map.serialize_entry("data_base64", &STANDARD.encode(bytes))?,
        }
        map.end()
    }
}

/// The form that data has in JSON (JSON format, section 3.1.1).
enum Data<'e> {
    None,
    Json(&'e RawValue),
    Text(&'e str),
    Binary(&'e [u8]),
}

impl<'e> Data<'e> {
    /// What is not what its content type says goes as the bytes that it is.
    fn of(event: &'e CloudEvent) -> Self {
        let Some(data) = &event.data else {
            return Self::None;
        };
        let form = match &event.data_content_type {
            Some(media_type) if media_type::is_json(media_type) => {
                serde_json::from_slice(data).ok().map(Self::Json)
            }
            Some(media_type) if media_type::is_text(media_type) => {
                str::from_utf8(data).ok().map(Self::Text)
            }
            // as anything but bytes it would be JSON to the receiver
            Some(_) | None => None,
        };
        form.unwrap_or(Self::Binary(data))
    }
}

//! Events out of HTTP messages (HTTP binding, section 3) and JSON text.
//!
//! [`mode`] looks at the headers alone and tells whether there are any; [`decode`] reads them. A message that breaks a rule
//! is refused whole: nobody runs half of a batch.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod binary;
mod draft;
mod json;
mod structured;

use std::error::Error;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use self::draft::MOST_EXTENSIONS;
use super::{AttributeError, CloudEvent, media_type};
use crate::config::quote;

/// How an HTTP message holds events.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// One event: its attributes are headers, its data is the body.
    Binary,
    /// One event: the body is JSON with all of it.
    Structured,
    /// Any number of events: the body is a JSON array.
    Batched,
}

/// Tells how a message with these headers holds events; `None` if it does not say that it has any.
///
/// # Errors
///
/// Returns an error if events are in a format that is not understood here, or if it cannot be told what was meant.
pub fn mode(headers: &HeaderMap) -> Result<Option<Mode>, DecodeError> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    if let Some(found) = types.find(|found| is_of_cloudevents(found.as_bytes())) {
        if headers.get_all(CONTENT_TYPE).iter().nth(1).is_some() {
            return Err(DecodeError::repeated(CONTENT_TYPE.as_str()));
        }
        return format(found.as_bytes()).map(Some);
    }
    if headers.contains_key("ce-specversion") {
        return Ok(Some(Mode::Binary));
    }
    let required = ["ce-id", "ce-source", "ce-type"];
    if required.iter().any(|name| headers.contains_key(*name)) {
        return Err(DecodeError::Missing {
            name: "specversion",
        });
    }
    Ok(None)
}

/// Tells whether a media type is CloudEvents' own, whatever the format.
pub(crate) fn is_of_cloudevents(media_type: &[u8]) -> bool {
    const PREFIX: &[u8] = b"application/cloudevents";
    media_type::essence(media_type)
        .get(..PREFIX.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

fn format(media_type: &[u8]) -> Result<Mode, DecodeError> {
    let essence = media_type::essence(media_type);
    let is = |known: &str| essence.eq_ignore_ascii_case(known.as_bytes());
    if is(STRUCTURED) {
        return Ok(Mode::Structured);
    }
    if is(BATCHED) {
        return Ok(Mode::Batched);
    }
    Err(DecodeError::UnsupportedFormat {
        found: quote::value(&String::from_utf8_lossy(essence)),
    })
}

/// The media type of one event as JSON.
pub const STRUCTURED: &str = "application/cloudevents+json";

/// The media type of a batch of events as JSON.
pub const BATCHED: &str = "application/cloudevents-batch+json";

/// Reads the events of a message whose [`mode`] is known: one, or those of a batch in their order.
///
/// # Errors
///
/// Returns what keeps the message from being events.
pub fn decode(
    mode: Mode,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Vec<CloudEvent>, DecodeError> {
    match mode {
        Mode::Binary => binary::event(headers, body).map(|event| vec![event]),
        Mode::Structured => structured(body).map(|event| vec![event]),
        Mode::Batched => batch(body),
    }
}

/// Reads one event from its JSON object.
///
/// # Errors
///
/// Returns what keeps the text from being an event.
pub fn structured(text: Bytes) -> Result<CloudEvent, DecodeError> {
    structured::event(&text)
}

/// Reads the events of a JSON array, which may be empty and has 10,000 at most.
///
/// # Errors
///
/// Returns what keeps the text from being events.
pub fn batch(text: Bytes) -> Result<Vec<CloudEvent>, DecodeError> {
    let mut events = Vec::new();
    json::items(&text, |item| {
        if events.len() == MOST_OF_A_BATCH {
            return Err(DecodeError::TooMany);
        }
        let event = structured::event(&text.slice_ref(item.get().as_bytes()));
        let event = event.map_err(|source| DecodeError::Item {
            index: events.len(),
            source: Box::new(source),
        });
        events.push(event?);
        Ok(())
    })?;
    Ok(events)
}

/// An event can be fifty bytes of text, takes twenty times as many in memory, and has an outcome and perhaps a log line
/// of its own: what fits into a body does not bound them.
const MOST_OF_A_BATCH: usize = 10_000;

/// Events could not be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// They are in another format than JSON.
    #[error(
        "content type {found} is no format of CloudEvents that is understood here, expected `{STRUCTURED}`, \
         `{BATCHED}`, or attributes in `ce-` headers"
    )]
    UnsupportedFormat {
        /// The media type as a message shows it.
        found: String,
    },

    /// The text is not JSON, or not an object or an array as it should be.
    #[error("the text is not that of CloudEvents in JSON")]
    Json(#[source] Box<dyn Error + Send + Sync>),

    /// A member of the JSON object has a value of the wrong sort.
    #[error("member `{name}` is {found}, expected {expected}")]
    Form {
        /// The member's name.
        name: String,
        /// What it is.
        found: &'static str,
        /// What it should be.
        expected: &'static str,
    },

    /// A required attribute is not there.
    #[error(
        "required attribute `{name}` is missing, expected the header `ce-{name}` or, in JSON, the member `{name}`"
    )]
    Missing {
        /// The attribute's name.
        name: &'static str,
    },

    /// What can be there once only is there again.
    #[error("{found} comes twice, expected it once at most")]
    Repeated {
        /// The attribute's, member's or header's name as a message shows it.
        found: String,
    },

    /// A header's value is not UTF-8 once it is decoded.
    #[error("header `{name}` is {found}, expected percent-encoded UTF-8")]
    Encoding {
        /// The header's name.
        name: String,
        /// The value as a message shows it.
        found: String,
    },

    /// An attribute breaks one of its rules.
    #[error(transparent)]
    Attribute(#[from] AttributeError),

    /// An event has too many extension attributes.
    #[error(
        "the event has more than {MOST_EXTENSIONS} extension attributes, expected most of them in its data"
    )]
    TooManyExtensions,

    /// The data is there in both of its forms.
    #[error("members `data` and `data_base64` are both there, expected one of them at most")]
    TwoData,

    /// Binary data is not base64.
    #[error("member `data_base64` is not base64")]
    Base64(#[source] Box<dyn Error + Send + Sync>),

    /// A batch is too long.
    #[error("the batch has more than {MOST_OF_A_BATCH} events, expected several batches")]
    TooMany,

    /// An event of a batch cannot be read.
    #[error("event {index} of the batch cannot be read, counted from 0")]
    Item {
        /// Its place in the batch, from 0.
        index: usize,
        /// What keeps it from being read.
        source: Box<Self>,
    },
}

impl DecodeError {
    /// Returns the status that tells the sender: 415 where another format would do, 413 where several batches would, else
    /// 400.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedFormat { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Json(_)
            | Self::Form { .. }
            | Self::Missing { .. }
            | Self::Repeated { .. }
            | Self::Encoding { .. }
            | Self::Attribute(_)
            | Self::TooManyExtensions
            | Self::TwoData
            | Self::Base64(_)
            | Self::Item { .. } => StatusCode::BAD_REQUEST,
        }
    }

    fn repeated(name: &str) -> Self {
        Self::Repeated {
            found: quote::value(name),
        }
    }
}

//! What Lambda hands over, recognised and turned into our own terms.
//!
//! The payload alone says what an event is. [`event`] looks once, by [`source`]'s table, and builds the request if it is
//! one; every other source is named only, and its own decoder reads it from the bytes.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod claims;
mod http;
mod source;
#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests;

use std::error::Error;

use bytes::Bytes;

use super::wire::{Fault, Mismatch, Scan};

pub(crate) use self::http::HttpEvent;
pub(crate) use self::source::Source;

/// An event after one look.
#[expect(
    clippy::large_enum_variant,
    reason = "made once per invocation and taken apart at once; a box would only cost an allocation"
)]
#[derive(Debug)]
pub(crate) enum Event {
    Http(HttpEvent),
    Other(Source),
}

/// Recognises an event; reads it if it is an HTTP request.
pub(crate) fn event(event: &Bytes) -> Result<Event, DecodeError> {
    let mut scan = Scan::default();
    scan.read(event)?;
    match source::of(&scan) {
        source::Kind::Http(front) => http::event(front, event, scan).map(Event::Http),
        source::Kind::Other(source) => Ok(Event::Other(source)),
    }
}

/// An event could not be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("event cannot be read as JSON past byte {at}, expected {expected}")]
    Syntax { at: usize, expected: &'static str },

    #[error("`{path}` is {found}, expected {expected}")]
    Form {
        path: &'static str,
        expected: &'static str,
        found: &'static str,
    },

    #[error("`{path}` is missing, expected {expected}")]
    Missing {
        path: &'static str,
        expected: &'static str,
    },

    #[error("`{path}` is `{value}`, expected {expected}")]
    Value {
        path: &'static str,
        expected: &'static str,
        value: String,
    },

    #[error("`body` is not base64, though `isBase64Encoded` is true")]
    Base64(#[source] Box<dyn Error + Send + Sync>),

    #[error("path and query take {length} bytes, expected at most {limit}")]
    TargetTooLong { length: usize, limit: usize },
}

impl From<Fault> for DecodeError {
    fn from(Fault { at, expected }: Fault) -> Self {
        Self::Syntax { at, expected }
    }
}

impl From<Mismatch> for DecodeError {
    fn from(mismatch: Mismatch) -> Self {
        let Mismatch {
            path,
            expected,
            found,
        } = mismatch;
        Self::Form {
            path,
            expected: expected.name(),
            found: found.name(),
        }
    }
}

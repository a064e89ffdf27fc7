//! What Lambda hands over, recognised and turned into our own terms.
//!
//! The payload alone says what an event is. [`event`] looks once, by [`source`]'s table. A request is then read from what that
//! look has found ([`Unread::read`]); every other source is named only, and [`incoming::read`] reads it from the bytes.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod claims;
mod http;
pub(crate) mod incoming;
mod source;
#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests;

use std::error::Error;

use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::encode::Identifier;
use super::wire::{Fault, Mismatch, Scan};

pub(crate) use self::claims::ALL as CLAIMS;
pub(crate) use self::http::HttpEvent;
pub(crate) use self::source::Source;

/// An event after one look.
#[expect(
    clippy::large_enum_variant,
    reason = "made once per invocation and taken apart at once; a box would only cost an allocation"
)]
#[derive(Debug)]
pub(crate) enum Event<'e> {
    Http(Unread<'e>),
    Other(Source),
}

/// An HTTP request that has been recognised, and not read.
#[derive(Debug)]
pub(crate) struct Unread<'e> {
    front: source::Front,
    scan: Scan<'e>,
}

impl Unread<'_> {
    /// Reads the request from the event that it was recognised in.
    pub(crate) fn read(self, event: &Bytes) -> Result<HttpEvent, DecodeError> {
        http::event(self.front, event, self.scan)
    }
}

/// Recognises an event.
pub(crate) fn event(event: &Bytes) -> Result<Event<'_>, DecodeError> {
    let mut scan = Scan::default();
    scan.read(event)?;
    Ok(match source::of(&scan) {
        source::Kind::Http(front) => Event::Http(Unread { front, scan }),
        source::Kind::Other(source) => Event::Other(source),
    })
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

    #[error("the event, or a record of it, does not have the form of {of}")]
    Envelope {
        of: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },

    #[error("the event has {count} records, expected at most {limit}")]
    TooMany { count: usize, limit: usize },

    #[error("`{path}` is not base64")]
    Encoded {
        path: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },

    #[error("`{path}` is not gzip")]
    Packed {
        path: &'static str,
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },

    #[error("`{path}` unpacks to {limit} bytes or more, expected fewer")]
    TooLong { path: &'static str, limit: u64 },

    #[error("the event makes no CloudEvent")]
    CloudEvent(#[source] Box<dyn Error + Send + Sync>),

    #[error(
        "record `{first}` stands before it and could not be read, and its source keeps an order"
    )]
    Behind { first: Identifier },
}

impl DecodeError {
    fn value(path: &'static str, expected: &'static str, value: &[u8]) -> Self {
        Self::Value {
            path,
            expected,
            value: shown(value),
        }
    }
}

/// As much of a value as helps to find it.
fn shown(value: &[u8]) -> String {
    const ENOUGH: usize = 64;
    String::from_utf8_lossy(value)
        .chars()
        .take(ENOUGH)
        .collect()
}

/// Emulators may leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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

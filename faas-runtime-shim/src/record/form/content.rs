//! Bytes in a recording: as JSON or text where they are, so that people can read and compare them; always to the byte.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A body.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// A JSON document, as it was written.
    Json(Box<RawValue>),
    /// A text.
    Text(String),
    /// Other bytes.
    Base64(String),
    /// It was longer than recordings keep: its length.
    Cut(u64),
    /// Recordings keep no bodies: its length.
    LeftOut(u64),
}

impl Content {
    /// Writes a text.
    pub(super) fn of_text(text: &str) -> Self {
        // a document that is no more than a word or a number stays a text, which reads the same
        if text.starts_with(['{', '[', '"'])
            && let Ok(document) = RawValue::from_string(text.to_owned())
            && document.get() == text
        {
            return Self::Json(document);
        }
        Self::Text(text.to_owned())
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::Base64(STANDARD.encode(bytes))
    }

    /// Returns the bytes, if they are in the recording.
    #[must_use]
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Json(document) => Some(document.get().to_owned().into()),
            Self::Text(text) => Some(text.clone().into()),
            Self::Base64(text) => STANDARD.decode(text).ok().map(Bytes::from),
            Self::Cut(_) | Self::LeftOut(_) => None,
        }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cut(one), Self::Cut(other)) | (Self::LeftOut(one), Self::LeftOut(other)) => {
                one == other
            }
            (one, other) => one
                .bytes()
                .is_some_and(|bytes| other.bytes() == Some(bytes)),
        }
    }
}

/// A value that is nearly always text.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Text {
    /// It is.
    Plain(String),
    /// It is not.
    Bytes {
        /// The bytes.
        base64: String,
    },
}

impl Text {
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::Bytes {
            base64: STANDARD.encode(bytes),
        }
    }

    /// Returns the bytes, if they can be read.
    #[must_use]
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Plain(text) => Some(text.clone().into()),
            Self::Bytes { base64 } => STANDARD.decode(base64).ok().map(Bytes::from),
        }
    }
}

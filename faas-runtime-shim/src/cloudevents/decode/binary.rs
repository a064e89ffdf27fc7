//! Binary mode (HTTP binding, section 3.1): each attribute in a header, the body is the data.

use std::borrow::Cow;
use std::str;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode;

use super::draft::Draft;
use super::{CloudEvent, DecodeError};
use crate::config::quote;

pub(super) fn event(headers: &HeaderMap, body: Bytes) -> Result<CloudEvent, DecodeError> {
    let mut draft = Draft::default();
    // a name that comes twice is walked twice
    for (name, value) in headers {
        let text = match name.as_str() {
            // section 3.1.1: the one attribute with a header of its own, and never with two
            "ce-datacontenttype" => continue,
            "content-type" => str::from_utf8(value.as_bytes()).ok().map(str::to_owned),
            name if name.starts_with("ce-") => text(value),
            _ => continue,
        };
        let text = text.ok_or_else(|| DecodeError::Encoding {
            name: name.as_str().to_owned(),
            found: quote::value(&String::from_utf8_lossy(value.as_bytes())),
        })?;
        let attribute = name.as_str().strip_prefix("ce-");
        draft.set(attribute.unwrap_or("datacontenttype"), text)?;
    }
    // HTTP cannot tell empty data from none
    draft.finish((!body.is_empty()).then_some(body))
}

/// Reads the text of a header's value (section 3.1.3.2); `None` if it is not UTF-8. A `%` that begins no escape stands for
/// itself, as senders that know of no escapes write it.
fn text(value: &HeaderValue) -> Option<String> {
    let unquoted = unquoted(value.as_bytes());
    let decoded = percent_decode(&unquoted).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Returns the inside of a quoted string (RFC 9110, section 5.6.4), as older senders write values; another value as it is.
fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let open = value.strip_prefix(b"\"");
    let Some(inside) = open.and_then(|open| open.strip_suffix(b"\"")) else {
        return Cow::Borrowed(value);
    };
    let mut plain = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter();
    while let Some(byte) = bytes.next() {
        let meant = match byte {
            b'"' => None,
            b'\\' => bytes.next(),
            _ => Some(byte),
        };
        // the quotes belong to something else
        let Some(meant) = meant else {
            return Cow::Borrowed(value);
        };
        plain.push(*meant);
    }
    Cow::Owned(plain)
}

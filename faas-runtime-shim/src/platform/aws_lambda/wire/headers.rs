//! Header maps and cookie lists, read straight into what `http` wants.
//!
//! Values without escapes share the event's memory. A name or value that HTTP forbids is left out: one bad header of a
//! client must not cost it the request.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::json::{Broken, Reader, Text};

/// Part of the caller's credentials when a request is signed with temporary ones (SigV4, "Add the signature to the
/// request").
pub(crate) const SECURITY_TOKEN: &str = "x-amz-security-token";

/// A `headers` or `multiValueHeaders` object: each name with a text or an array of texts.
#[derive(Debug, Default)]
pub(crate) struct HeaderLines {
    pub(crate) map: HeaderMap,
    pub(crate) security_token: Option<String>,
}

impl HeaderLines {
    pub(super) fn read<'e>(
        &mut self,
        json: &mut Reader<'e>,
        event: &'e Bytes,
    ) -> Result<(), Broken> {
        if self.map.capacity() == 0 {
            // front ends add eight or so to a client's own: one allocation instead of three
            self.map.reserve(USUAL_LINES);
        }
        json.object(|json, name| json.texts(|value| self.push(name, value, event)))
    }

    /// Adds those of `other` whose names are missing here.
    pub(crate) fn complete_from(&mut self, other: Self) {
        self.security_token = self.security_token.take().or(other.security_token);
        let mut missing = None;
        for (name, value) in other.map {
            // a name comes with its first value only
            if let Some(name) = name {
                missing = (!self.map.contains_key(&name)).then_some(name);
            }
            if let Some(name) = &missing {
                append(&mut self.map, name.clone(), value);
            }
        }
    }

    fn push(&mut self, name: &[u8], value: Text<'_>, event: &Bytes) {
        if name.eq_ignore_ascii_case(SECURITY_TOKEN.as_bytes()) {
            self.security_token = String::from_utf8(value.into_owned()).ok();
            return;
        }
        let value = match value {
            Text::Borrowed(value) => event.slice_ref(value),
            Text::Owned(value) => Bytes::from(value),
        };
        let name = HeaderName::from_bytes(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_maybe_shared(value)) {
            append(&mut self.map, name, value);
        }
    }
}

const USUAL_LINES: usize = 16;

/// What is beyond the limit is left out too.
fn append(map: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if map.len() < MOST_LINES {
        map.append(name, value);
    }
}

/// Front ends take some 10 KB of headers. `http` panics above 24,576 lines, and others add theirs to these.
const MOST_LINES: usize = 4096;

/// Reads the `cookies` array of payload 2.0 as the value of one `cookie` header (RFC 6265, section 4.2.1).
pub(super) fn cookies(json: &mut Reader<'_>) -> Result<Vec<u8>, Broken> {
    let mut joined = Vec::new();
    json.texts(|cookie| {
        if joined.is_empty() {
            // one allocation for the usual handful
            joined.reserve(cookie.len().max(256));
        } else {
            joined.extend_from_slice(b"; ");
        }
        joined.extend_from_slice(&cookie);
    })?;
    Ok(joined)
}

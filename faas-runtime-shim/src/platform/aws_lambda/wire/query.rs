//! Query maps, written out as a query string again.
//!
//! They are kept as they stand until it is known whether the source has encoded them, and whether it needs them at all.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::json::{Form, Reader};

/// Whether a front end hands paths and queries over as the client sent them, or decoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Encoding {
    Sent,
    Decoded,
}

/// Appends `name=value&…` for each pair of a query map.
pub(crate) fn write_pairs(map: &[u8], encoding: Encoding, query: &mut Vec<u8>) {
    let written = Reader::new(map).object(|json, name| {
        if json.form()? == Form::Null {
            write_pair(name, b"", encoding, query);
        }
        json.texts(|value| write_pair(name, &value, encoding, query))
    });
    // only a lone surrogate can have ended it: the event's scan has passed the map before
    let _ends_early = written.is_err();
}

fn write_pair(name: &[u8], value: &[u8], encoding: Encoding, query: &mut Vec<u8>) {
    if !query.is_empty() {
        query.push(b'&');
    }
    match encoding {
        Encoding::Sent => {
            query.extend_from_slice(name);
            query.push(b'=');
            query.extend_from_slice(value);
        }
        Encoding::Decoded => {
            encode(name, NOT_IN_COMPONENT, query);
            query.push(b'=');
            encode(value, NOT_IN_COMPONENT, query);
        }
    }
}

/// Appends text with the characters of a set percent-encoded.
pub(crate) fn encode(text: &[u8], set: &'static AsciiSet, out: &mut Vec<u8>) {
    for part in percent_encode(text, set) {
        out.extend_from_slice(part.as_bytes());
    }
}

/// All but RFC 3986's unreserved characters, so that `+`, `&` and `=` stay what they are.
const NOT_IN_COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

//! Request targets, rebuilt from what a front end has made of them.
//!
//! A target has no authority: it is path and query, as an origin server gets it. Whatever stands in the event becomes a
//! valid one, by encoding what may not stand there.

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, CONTROLS};

use super::super::super::wire::{Encoding, encode};
use super::super::DecodeError;

/// Puts path and query together.
pub(super) fn uri(path: &[u8], encoding: Encoding, query: &[u8]) -> Result<Uri, DecodeError> {
    // room for `/`, `?` and a few encoded characters
    let room = path.len().saturating_add(query.len()).saturating_add(16);
    let mut target = Vec::with_capacity(room);
    if !path.starts_with(b"/") {
        target.push(b'/');
    }
    let not_in_path = match encoding {
        Encoding::Sent => NOT_IN_PATH,
        Encoding::Decoded => NOT_IN_DECODED_PATH,
    };
    encode(path, not_in_path, &mut target);
    if !query.is_empty() {
        target.push(b'?');
        encode(query, NOT_IN_QUERY, &mut target);
    }
    let too_long = DecodeError::TargetTooLong {
        length: target.len(),
        limit: MAX_LENGTH,
    };
    if target.len() > MAX_LENGTH {
        return Err(too_long);
    }
    // its only other reasons are characters, and those are encoded
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|_| too_long)?;
    Ok(Uri::from(target))
}

/// Takes the stage off a path that begins with it.
pub(super) fn without_stage<'p>(path: &'p [u8], stage: &[u8]) -> &'p [u8] {
    let rest = path
        .strip_prefix(b"/")
        .and_then(|path| path.strip_prefix(stage));
    match rest {
        Some(b"") => b"/",
        Some(rest) if rest.starts_with(b"/") => rest,
        _ => path,
    }
}

/// What `http` can hold; front ends allow some 10 KB.
const MAX_LENGTH: usize = u16::MAX as usize - 1;

/// RFC 3986, section 3.3, less the characters that clients send all the same and `http` takes.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A percent sign in a decoded path stands for itself.
const NOT_IN_DECODED_PATH: &AsciiSet = &NOT_IN_PATH
    .add(b'%')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'|');

/// RFC 3986, section 3.4, with the same leniency.
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

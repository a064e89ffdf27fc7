//! A call in the query of a GET.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use percent_encoding::percent_decode_str;

use super::super::frame::too_large;
use super::Coding;
use super::codec::Codec;
use crate::grpc::status::{Code, Status};

/// The query's parameters, still encoded; of several with one name the first counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Query<'a> {
    message: Option<&'a str>,
    encoding: Option<&'a str>,
    base64: Option<&'a str>,
    compression: Option<&'a str>,
    connect: Option<&'a str>,
}

impl<'a> Query<'a> {
    pub(super) fn of(query: &'a str) -> Self {
        let mut found = Self::default();
        for parameter in query.split('&') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let place = match name {
                "message" => &mut found.message,
                "encoding" => &mut found.encoding,
                "base64" => &mut found.base64,
                "compression" => &mut found.compression,
                "connect" => &mut found.connect,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        found
    }

    /// Whether a query is meant as a call.
    pub(super) fn is_one(query: &str) -> bool {
        let found = Query::of(query);
        found.message.is_some() || found.encoding.is_some() || found.connect.is_some()
    }

    /// The form of the message; none if it is not known.
    pub(super) fn codec(&self) -> Option<Codec> {
        match self.encoding {
            Some("proto") => Some(Codec::Proto),
            Some("json") => Some(Codec::Json),
            _ => None,
        }
    }

    pub(super) fn coding(&self) -> Result<Coding, Status> {
        match self.compression {
            None | Some("") => Ok(Coding::Identity),
            Some(name) => coding(&text(name)),
        }
    }

    /// # Errors
    ///
    /// Fails on another version, without a message, on one that is not base64, and on one over the limit.
    pub(super) fn message(&self, limit: usize) -> Result<Bytes, Status> {
        let invalid = |text: String| Err(Status::new(Code::InvalidArgument, text));
        if let Some(version) = self
            .connect
            .filter(|version| !matches!(*version, "" | "v1"))
        {
            return invalid(format!(
                "parameter `connect` is `{version}`, and `v1` is the only one"
            ));
        }
        let Some(message) = self.message else {
            return invalid("parameter `message` is missing".to_owned());
        };
        let message: Vec<u8> = decoded(message);
        let message = match self.base64 {
            Some("1") => URL_SAFE.decode(message),
            _ => Ok(message),
        };
        match message {
            Ok(message) if message.len() > limit => Err(too_large(message.len(), limit)),
            Ok(message) => Ok(message.into()),
            Err(error) => invalid(format!(
                "parameter `message` is not URL-safe base64: {error}"
            )),
        }
    }
}

/// Reads the name of a coding.
pub(super) fn coding(name: &str) -> Result<Coding, Status> {
    match name.trim() {
        "identity" | "" => Ok(Coding::Identity),
        name if name.eq_ignore_ascii_case("gzip") => Ok(Coding::Gzip),
        name => {
            let text = format!("compression `{name}` is not supported: use gzip or identity");
            Err(Status::new(Code::Unimplemented, text))
        }
    }
}

/// Takes the query off; the address is handed out as it was.
pub(super) fn split(uri: &mut Uri) -> Uri {
    let whole = uri.clone();
    let mut parts = whole.clone().into_parts();
    let path = parts
        .path_and_query
        .as_ref()
        .map_or("/", PathAndQuery::path);
    parts.path_and_query = PathAndQuery::try_from(path).ok();
    if let Ok(stripped) = Uri::from_parts(parts) {
        *uri = stripped;
    }
    whole
}

fn text(value: &str) -> String {
    String::from_utf8_lossy(&decoded(value)).into_owned()
}

/// Decodes as forms do: a plus is a space.
fn decoded(value: &str) -> Vec<u8> {
    let value = if value.contains('+') {
        Cow::Owned(value.replace('+', " "))
    } else {
        Cow::Borrowed(value)
    };
    percent_decode_str(&value).collect()
}

const URL_SAFE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_taken_off_any_address() {
        for (whole, stripped) in [
            ("/a.B/C?message=x", "/a.B/C"),
            ("http://h:1/a.B/C?message=x", "http://h:1/a.B/C"),
            ("/a.B/C", "/a.B/C"),
            ("/?", "/"),
        ] {
            let mut uri: Uri = whole.parse().unwrap();
            assert_eq!(
                split(&mut uri).to_string(),
                whole.parse::<Uri>().unwrap().to_string()
            );
            assert_eq!(uri.to_string(), stripped);
        }
    }

    #[test]
    fn messages_are_decoded_as_forms_are() {
        for (query, expected) in [
            ("message=a%20b+c", "a b c"),
            ("message=%", "%"),
            ("message", ""),
            ("message==", "="),
            ("base64=1&message=-_8", "\u{fb}\u{ff}"),
            ("base64=1&message=-_8%3D", "\u{fb}\u{ff}"),
            ("base64=2&message=YQ", "YQ"),
        ] {
            let expected: Vec<u8> = expected
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).unwrap())
                .collect();
            assert_eq!(Query::of(query).message(9).unwrap(), expected, "{query}");
        }
    }
}

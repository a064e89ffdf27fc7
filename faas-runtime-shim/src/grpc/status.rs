//! gRPC's statuses, and what they are called elsewhere: Connect's codes, HTTP's statuses.
//!
//! Pure. Codes are those of the gRPC specification, "Status codes and their use in gRPC"; how a status travels in header
//! fields is of "gRPC over HTTP2", section Responses. Begin with [`Status`].
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

use std::borrow::Cow;

use axum::body::Body;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};

/// How a call ended, as one of the seventeen codes.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Code {
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
}

impl Code {
    /// All of them, each at its number's place.
    pub(crate) const ALL: [Self; 17] = [
        Self::Ok,
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::DataLoss,
        Self::Unauthenticated,
    ];

    /// The code with that number; `Unknown` stands for numbers that have none.
    pub(crate) fn from_number(number: usize) -> Self {
        Self::ALL.get(number).copied().unwrap_or(Self::Unknown)
    }

    /// Reads a `grpc-status` field's value.
    pub(crate) fn from_field(value: &[u8]) -> Self {
        let digits = value.len() <= 2 && value.iter().all(u8::is_ascii_digit);
        let number = str::from_utf8(value).ok().filter(|_| digits);
        number
            .and_then(|number| number.parse().ok())
            .map_or(Self::Unknown, Self::from_number)
    }

    /// What an answer means that has only HTTP's status: Connect's table "HTTP to Error Code", a superset of gRPC's.
    pub(crate) fn from_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502 | 503 | 504 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }

    /// The number on the wire.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// The name and the HTTP status in Connect's table "Error Codes".
    pub(crate) fn connect(self) -> (&'static str, u16) {
        match self {
            // an error cannot have it: it is only looked for where a call has failed
            Self::Ok | Self::Unknown => ("unknown", 500),
            Self::Cancelled => ("canceled", 499),
            Self::InvalidArgument => ("invalid_argument", 400),
            Self::DeadlineExceeded => ("deadline_exceeded", 504),
            Self::NotFound => ("not_found", 404),
            Self::AlreadyExists => ("already_exists", 409),
            Self::PermissionDenied => ("permission_denied", 403),
            Self::ResourceExhausted => ("resource_exhausted", 429),
            Self::FailedPrecondition => ("failed_precondition", 400),
            Self::Aborted => ("aborted", 409),
            Self::OutOfRange => ("out_of_range", 400),
            Self::Unimplemented => ("unimplemented", 501),
            Self::Internal => ("internal", 500),
            Self::Unavailable => ("unavailable", 503),
            Self::DataLoss => ("data_loss", 500),
            Self::Unauthenticated => ("unauthenticated", 401),
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Status {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// An encoded `google.rpc.Status`, as `grpc-status-details-bin` carries it.
    pub(crate) details: Option<Bytes>,
}

impl Status {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
        }
    }

    /// Takes the status out of trailers, or out of the head of an answer that has nothing else; what is left is metadata.
    pub(crate) fn take(fields: &mut HeaderMap) -> Option<Self> {
        let code = fields.remove(GRPC_STATUS);
        let message = fields.remove(GRPC_MESSAGE);
        let details = fields.remove(GRPC_STATUS_DETAILS);
        Some(Self {
            code: Code::from_field(code?.as_bytes()),
            message: message.map_or_else(String::new, |text| decode_message(text.as_bytes())),
            details: details.and_then(|text| BASE64.decode(text).ok().map(Bytes::from)),
        })
    }

    /// Puts the status among the fields.
    pub(crate) fn put(&self, fields: &mut HeaderMap) {
        let mut put = |name, value| _ = fields.try_insert(name, value);
        put(
            GRPC_STATUS,
            HeaderValue::from(u16::from(self.code.number())),
        );
        if !self.message.is_empty()
            && let Ok(text) = HeaderValue::try_from(&*encode_message(&self.message))
        {
            put(GRPC_MESSAGE, text);
        }
        if let Some(details) = &self.details
            && let Ok(text) = HeaderValue::try_from(BASE64.encode(details))
        {
            put(GRPC_STATUS_DETAILS, text);
        }
    }
}

/// A native answer that has a status and nothing else ("Trailers-Only").
pub(crate) fn refused(code: Code, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    Status::new(code, message).put(fields);
    response
}

/// Writes a message as the value of `grpc-message` ("Percent-Encoded").
pub(crate) fn encode_message(message: &str) -> Cow<'_, str> {
    /// All but the printable characters of ASCII is encoded, and so is the percent sign.
    const ENCODED: &AsciiSet = &CONTROLS.add(b'%');
    utf8_percent_encode(message, ENCODED).into()
}

/// Reads a `grpc-message`; the specification has what is wrong in it shown, not dropped.
pub(crate) fn decode_message(value: &[u8]) -> String {
    percent_decode(value).decode_utf8_lossy().into_owned()
}

pub(crate) const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
pub(crate) const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
pub(crate) const GRPC_STATUS_DETAILS: HeaderName =
    HeaderName::from_static("grpc-status-details-bin");

/// Binary metadata: "implementations must accept padded and un-padded values and should emit un-padded values".
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_have_their_numbers() {
        for (number, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(code.number()), number);
            assert_eq!(Code::from_number(number), code);
            assert_eq!(Code::from_field(number.to_string().as_bytes()), code);
        }
        for strange in ["", "17", "99", "100", "-1", "+1", "1 ", "x", "\u{ff}"] {
            assert_eq!(
                Code::from_field(strange.as_bytes()),
                Code::Unknown,
                "{strange:?}"
            );
        }
    }

    #[test]
    fn connect_calls_errors_as_grpc_does_but_for_one() {
        for code in Code::ALL.into_iter().skip(1) {
            let mut expected = String::new();
            for letter in format!("{code:?}").chars() {
                if letter.is_uppercase() && !expected.is_empty() {
                    expected.push('_');
                }
                expected.push(letter.to_ascii_lowercase());
            }
            if code == Code::Cancelled {
                "canceled".clone_into(&mut expected);
            }
            assert_eq!(code.connect().0, expected);
            assert!(StatusCode::from_u16(code.connect().1).is_ok());
        }
    }

    #[test]
    fn http_statuses_mean_what_the_table_says() {
        let of = |status| Code::from_http(StatusCode::from_u16(status).unwrap());
        assert_eq!(of(400), Code::Internal);
        assert_eq!(of(401), Code::Unauthenticated);
        assert_eq!(of(403), Code::PermissionDenied);
        assert_eq!(of(404), Code::Unimplemented);
        for status in [429, 502, 503, 504] {
            assert_eq!(of(status), Code::Unavailable);
        }
        for status in [200, 302, 405, 408, 415, 500, 999] {
            assert_eq!(of(status), Code::Unknown);
        }
    }

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(
            encode_message("100% of \u{e9}\r\n~"),
            "100%25 of %C3%A9%0D%0A~"
        );
        assert_eq!(
            decode_message(b"100%25 of %C3%A9%0d%0A~"),
            "100% of \u{e9}\r\n~"
        );
        assert_eq!(
            decode_message(b"%, %4 and %zz stay; %ff does not"),
            "%, %4 and %zz stay; \u{fffd} does not"
        );
    }

    #[test]
    fn a_refusal_is_a_head_alone() {
        let response = refused(Code::Unimplemented, "no such method");
        assert_eq!(response.status(), 200);
        let fields = response.headers();
        assert_eq!(fields[CONTENT_TYPE], "application/grpc");
        assert_eq!(fields[GRPC_STATUS], "12");
        assert_eq!(fields[GRPC_MESSAGE], "no such method");
        assert!(http_body::Body::is_end_stream(response.body()));
    }

    #[test]
    fn details_are_read_with_and_without_padding() {
        for text in ["CAU", "CAU="] {
            let mut fields = HeaderMap::new();
            fields.insert(GRPC_STATUS, HeaderValue::from_static("5"));
            fields.insert(GRPC_STATUS_DETAILS, HeaderValue::from_static(text));
            let status = Status::take(&mut fields).unwrap();
            assert_eq!(status.details.as_deref(), Some(&[8, 5][..]));
            assert!(fields.is_empty());
        }
    }

    proptest! {
        #[test]
        fn a_status_is_read_as_it_was_put(number in 0_usize..17, message in ".*", details: Option<Vec<u8>>) {
            let details = details.map(Bytes::from);
            let status = Status { code: Code::from_number(number), message, details };
            let mut fields = HeaderMap::new();
            status.put(&mut fields);
            prop_assert_eq!(Status::take(&mut fields), Some(status));
        }
    }
}

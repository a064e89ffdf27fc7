//! The forms that data comes in: JSON of any `serde` type, bytes, text, Protocol Buffers.
//!
//! Messages, events and what is published have their form by their type: `Message<Order>` is JSON, `Message<Text>` is
//! text. Plain requests (`#[faas::invoke]`) and tasks tell the form by the parameter, so theirs are in `codec`.

mod codec;
#[cfg(feature = "protobuf")]
mod proto;

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use faas_runtime_shim::invocation::Payload;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(super) use self::codec::body;
pub use self::codec::{AsBytes, AsJson, AsText, Codec};
#[cfg(feature = "protobuf")]
pub use self::proto::Proto;
use super::json::{self, is_json};
use crate::Error;

/// What can be read out of the data of a message or an event.
///
/// Every type that implements serde's `Deserialize` is read as JSON; [`Raw`], [`Text`] and `Proto<T>` are the other forms.
/// The type decides, never the media type: senders often tell none, or a wrong one. Data of no bytes is JSON's `null`, so
/// `Option<T>` and `()` take events without data and tombstones.
///
/// # Examples
///
/// A form of one's own:
///
/// ```
/// use faas::extract::{FromPayload, Payload};
///
/// struct Line(Vec<String>);
///
/// impl FromPayload for Line {
///     fn from_payload(payload: Payload) -> Result<Self, faas::Error> {
///         let text = std::str::from_utf8(&payload.body)?;
///         Ok(Self(text.split(',').map(str::to_owned).collect()))
///     }
/// }
///
/// #[faas::queue("lines")]
/// async fn on_line(faas::Message(Line(cells)): faas::Message<Line>) {
///     println!("{} cells", cells.len());
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from data",
    label = "no form is known for this type",
    note = "for JSON derive `serde::Deserialize` for it; else take `faas::Raw`, `faas::Text`, `faas::Proto<T>` (feature `protobuf`), or implement `faas::extract::FromPayload`"
)]
pub trait FromPayload: Sized {
    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Fails for data of another form. Whatever kind of error it is: the delivery or event is rejected, since another
    /// attempt brings the same bytes.
    fn from_payload(payload: Payload) -> Result<Self, Error>;
}

/// What can be written as the data of a message or an event: the other side of [`FromPayload`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as data",
    label = "no form is known for this type",
    note = "for JSON derive `serde::Serialize` for it; else send `faas::Raw`, `faas::Text`, `faas::Proto<T>` (feature `protobuf`), or implement `faas::extract::ToPayload`"
)]
pub trait ToPayload {
    /// Writes a value.
    ///
    /// # Errors
    ///
    /// Fails for a value that the form cannot hold.
    fn to_payload(&self) -> Result<Payload, Error>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> FromPayload for T {
    fn from_payload(payload: Payload) -> Result<Self, Error> {
        let Payload { body, media_type } = payload;
        if body.is_empty() {
            return json::decode(b"null").map_err(|error| {
                Error::reject(format!("there is no data, and {error}; take an `Option`"))
            });
        }
        json::decode(&body).map_err(|error| match media_type {
            Some(other) if !is_json(other.as_bytes()) => Error::reject(format!(
                "{error}; it was sent as `{other}`, and only `faas::Raw`, `faas::Text` and `faas::Proto` take what is no JSON"
            )),
            _ => Error::reject(error),
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> ToPayload for T {
    fn to_payload(&self) -> Result<Payload, Error> {
        json::encode(self).map(Payload::json)
    }
}

/// Bytes as they are: `Message<Raw>`, `Event<Raw>`.
///
/// # Examples
///
/// ```
/// use faas::{Message, Raw};
///
/// #[faas::queue("frames")]
/// async fn on_frame(Message(Raw(bytes)): Message<Raw>) {
///     println!("{} bytes", bytes.len());
/// }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Raw(pub Bytes);

impl FromPayload for Raw {
    fn from_payload(payload: Payload) -> Result<Self, Error> {
        Ok(Self(payload.body))
    }
}

impl ToPayload for Raw {
    fn to_payload(&self) -> Result<Payload, Error> {
        Ok(typed(self.0.clone(), "application/octet-stream"))
    }
}

/// UTF-8 text as it is: `Message<Text>`, `Event<Text>`. A JSON string keeps its quotes; take a `String` to have them read.
///
/// # Examples
///
/// ```
/// use faas::{Message, Text};
///
/// #[faas::queue("lines")]
/// async fn on_line(Message(Text(line)): Message<Text>) {
///     println!("{line}");
/// }
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Text(pub String);

impl FromPayload for Text {
    fn from_payload(payload: Payload) -> Result<Self, Error> {
        String::from_utf8(payload.body.into())
            .map(Self)
            .map_err(|error| Error::reject(format!("this is no UTF-8 text: {error}")))
    }
}

impl ToPayload for Text {
    fn to_payload(&self) -> Result<Payload, Error> {
        let body = Bytes::copy_from_slice(self.0.as_bytes());
        Ok(typed(body, "text/plain; charset=utf-8"))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn typed(body: Bytes, media_type: &'static str) -> Payload {
    Payload {
        body,
        media_type: Some(Cow::Borrowed(media_type)),
    }
}

/// Makes the error of data that its parameter does not take.
pub(super) fn undecodable(what: fmt::Arguments<'_>, error: &Error) -> Error {
    Error::reject(format!("{what}: {}", error.chain())).with_name("InvalidPayload")
}

#[cfg(test)]
mod tests {
    //! What each form takes, and what it says of the rest.

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Order {
        items: Vec<u32>,
    }

    fn read<T: FromPayload>(
        body: &'static [u8],
        media_type: Option<&'static str>,
    ) -> Result<T, String> {
        let payload = Payload {
            body: Bytes::from_static(body),
            media_type: media_type.map(Cow::Borrowed),
        };
        T::from_payload(payload).map_err(|error| error.to_string())
    }

    #[test]
    fn json_is_read_whatever_the_media_type() {
        let order = || Order { items: vec![7] };
        for media_type in [
            None,
            Some("application/json"),
            Some("text/plain"),
            Some("application/octet-stream"),
        ] {
            assert_eq!(read(br#"{"items":[7]}"#, media_type), Ok(order()));
        }
    }

    #[test]
    fn no_bytes_are_null() {
        assert_eq!(read::<()>(b"", None), Ok(()));
        assert_eq!(read::<Option<Order>>(b"", None), Ok(None));
        assert_eq!(read::<Raw>(b"", None), Ok(Raw::default()));
        assert_eq!(read::<Text>(b"", None), Ok(Text::default()));
        let error = read::<Order>(b"", None).unwrap_err();
        assert!(error.starts_with("there is no data, and "), "{error}");
        assert!(error.ends_with("take an `Option`"), "{error}");
    }

    #[test]
    fn an_error_names_the_path_and_a_media_type_that_does_not_fit() {
        let error = read::<Order>(br#"{"items":[1,"2"]}"#, None).unwrap_err();
        assert!(error.contains("at `items[1]`: invalid type"), "{error}");
        let error = read::<Order>(b"\x0a\x01\x07", Some("application/protobuf")).unwrap_err();
        assert!(
            error.contains("sent as `application/protobuf`, and only `faas::Raw`"),
            "{error}"
        );
        let error = read::<Order>(b"{", Some("application/json")).unwrap_err();
        assert!(!error.contains("sent as"), "{error}");
    }

    #[test]
    fn text_and_bytes_are_taken_as_they_are() {
        assert_eq!(
            read(b"\"quoted\"", Some("application/json")),
            Ok(Text::from("\"quoted\""))
        );
        assert_eq!(
            read(b"\xff", Some("application/json")),
            Ok(Raw(Bytes::from_static(b"\xff")))
        );
        let error = read::<Text>(b"\xff", Some("text/plain")).unwrap_err();
        assert!(error.starts_with("this is no UTF-8 text"), "{error}");
    }

    #[test]
    fn what_is_written_reads_back() {
        fn check<T: FromPayload + ToPayload + PartialEq + fmt::Debug>(value: &T, media_type: &str) {
            let payload = value.to_payload().unwrap();
            assert_eq!(payload.media_type.as_deref(), Some(media_type));
            assert_eq!(T::from_payload(payload).unwrap(), *value);
        }
        check(&Order { items: vec![1, 2] }, "application/json");
        check(&None::<Order>, "application/json");
        check(&Text::from("grüße"), "text/plain; charset=utf-8");
        check(
            &Raw(Bytes::from_static(b"\0\xff")),
            "application/octet-stream",
        );
    }
}

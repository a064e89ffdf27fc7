//! Payloads and answers of plain requests and of tasks, whose form is told by the parameter: how a caller writes one and
//! reads the other.

use bytes::Bytes;
use faas_runtime_shim::invocation::{Payload, Reply};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::trigger::{Invoke, Task};
use super::super::{All, FromInvocation, Parts, Slot};
use crate::Error;

/// How values of type `T` are written into payloads and read from replies.
pub trait Codec<T> {
    /// Writes a payload.
    ///
    /// # Errors
    ///
    /// Fails for a value that the form cannot hold.
    fn encode(value: &T) -> Result<Payload, Error>;

    /// Reads a reply.
    ///
    /// # Errors
    ///
    /// Fails for a reply of another shape.
    fn decode(reply: &Reply) -> Result<T, Error>;
}

/// JSON by serde.
#[derive(Debug)]
pub struct AsJson;

/// The bytes as they are.
#[derive(Debug)]
pub struct AsBytes;

/// UTF-8 text.
#[derive(Debug)]
pub struct AsText;

impl<T: Serialize + DeserializeOwned> Codec<T> for AsJson {
    fn encode(value: &T) -> Result<Payload, Error> {
        Ok(Payload::json(serde_json::to_vec(value)?))
    }

    fn decode(reply: &Reply) -> Result<T, Error> {
        Ok(serde_json::from_slice(&reply.body)?)
    }
}

impl Codec<Bytes> for AsBytes {
    fn encode(value: &Bytes) -> Result<Payload, Error> {
        Ok(Payload {
            body: value.clone(),
            media_type: Some("application/octet-stream".into()),
        })
    }

    fn decode(reply: &Reply) -> Result<Bytes, Error> {
        Ok(reply.body.clone())
    }
}

impl<T: AsRef<str> + From<String>> Codec<T> for AsText {
    fn encode(value: &T) -> Result<Payload, Error> {
        Ok(Payload {
            body: Bytes::copy_from_slice(value.as_ref().as_bytes()),
            media_type: Some("text/plain; charset=utf-8".into()),
        })
    }

    fn decode(reply: &Reply) -> Result<T, Error> {
        let text = std::str::from_utf8(&reply.body)?;
        Ok(T::from(text.to_owned()))
    }
}

macro_rules! payload {
    ($($trigger:ty),+) => {$(
        impl FromInvocation<$trigger> for Bytes {
            type Takes = All<Self, AsBytes>;

            fn from_invocation(_: &Parts, payload: &mut Slot) -> Result<Self, Error> {
                Ok(body(payload))
            }
        }

        /// The text of a JSON string, where the payload is one; else the payload as text.
        impl FromInvocation<$trigger> for String {
            type Takes = All<Self, AsText>;

            fn from_invocation(_: &Parts, payload: &mut Slot) -> Result<Self, Error> {
                text(payload)
            }
        }
    )+};
}

payload!(Invoke, Task);

fn text(payload: &mut Slot) -> Result<String, Error> {
    let payload = payload.payload().unwrap_or_default();
    if payload.is_json()
        && let Ok(text) = serde_json::from_slice(&payload.body)
    {
        return Ok(text);
    }
    String::from_utf8(payload.body.into()).map_err(|error| {
        Error::reject(format!("the payload is no UTF-8 text: {error}")).with_name("InvalidPayload")
    })
}

/// Takes the bytes out of the slot.
pub(in crate::extract) fn body(payload: &mut Slot) -> Bytes {
    payload
        .payload()
        .map_or_else(Bytes::new, |payload| payload.body)
}

#[cfg(test)]
mod tests {
    //! What a text is, by the media type that comes with it.

    use faas_runtime_shim::invocation::Input;

    use super::*;

    #[test]
    fn only_what_is_json_is_opened() {
        for (media_type, expected) in [
            (Some("application/json"), "a"),
            (Some("Application/JSON; charset=utf-8"), "a"),
            (Some("application/problem+json"), "a"),
            (Some("application/jsonlines"), "\"a\""),
            (Some("text/plain"), "\"a\""),
            (None, "\"a\""),
        ] {
            let payload = Payload {
                body: Bytes::from_static(b"\"a\""),
                media_type: media_type.map(Into::into),
            };
            let found = text(&mut Slot::new(Input::Payload(payload))).unwrap();
            assert_eq!(found, expected, "{media_type:?}");
        }
    }
}

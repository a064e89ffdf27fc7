//! Answers of event functions: what a handler may return, and how it becomes an outcome.

use bytes::Bytes;
use faas_runtime_shim::invocation::Reply;
use serde::Serialize;

use crate::Error;
use crate::extract::trigger::{self, Binlog, Invoke, Object, Queue, Task, Timer};
use crate::extract::{AsBytes, AsJson, AsText, Event, Json, ToPayload, json_text};
use crate::publish::Sender;

/// What an event function with the trigger `Tr` may return: an answer, or a `Result` of one and any error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by a function with the trigger `{Tr}`",
    label = "not an answer of this trigger",
    note = "queue, timer, object and binlog functions return `()`; event functions `()`, `faas::Event<T>` or `Option<faas::Event<T>>`; invoke and task functions `faas::Json<T>`, `String`, `bytes::Bytes` or `()`, invoke functions `faas::Streamed` too",
    note = "all of them may return a `Result` of it"
)]
pub trait IntoOutcome<Tr> {
    /// What a caller gets.
    type Output;
    /// How it is written.
    type Codec;

    /// Makes the reply.
    ///
    /// # Errors
    ///
    /// Returns the handler's error, or that of an answer that cannot be written.
    fn into_outcome(self) -> Result<Reply, Error>;
}

/// An error that a function may return: any `std::error::Error`, [`faas::Error`](Error), and what converts into it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a function",
    label = "not an error",
    note = "use `faas::Error`, or implement `std::error::Error` for it (with `Send + Sync + 'static`), or `From<{Self}> for faas::Error`"
)]
pub trait IntoFailure {
    /// Makes the error that settlement reads.
    fn into_failure(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IntoFailure for E {
    fn into_failure(self) -> Error {
        self.into()
    }
}

impl<Tr, T: IntoOutcome<Tr>, E: IntoFailure> IntoOutcome<Tr> for Result<T, E> {
    type Output = T::Output;
    type Codec = T::Codec;

    fn into_outcome(self) -> Result<Reply, Error> {
        self.map_err(IntoFailure::into_failure)?.into_outcome()
    }
}

macro_rules! nothing {
    ($($trigger:ty),+) => {$(
        impl IntoOutcome<$trigger> for () {
            type Output = ();
            type Codec = AsJson;

            fn into_outcome(self) -> Result<Reply, Error> {
                Ok(Reply::nothing())
            }
        }
    )+};
}

nothing!(Invoke, Queue, Timer, Object, Binlog, trigger::Event, Task);

impl<T: ToPayload> IntoOutcome<trigger::Event> for Event<T> {
    type Output = Self;
    type Codec = AsJson;

    fn into_outcome(self) -> Result<Reply, Error> {
        let event = self
            .encode()
            .and_then(|event| Sender::here().complete(event));
        event
            .map(Reply::event)
            .map_err(|error| error.with_name("SerializationError"))
    }
}

impl<T: ToPayload> IntoOutcome<trigger::Event> for Option<Event<T>> {
    type Output = Self;
    type Codec = AsJson;

    fn into_outcome(self) -> Result<Reply, Error> {
        self.map_or_else(|| Ok(Reply::nothing()), IntoOutcome::into_outcome)
    }
}

macro_rules! answers {
    ($($trigger:ty),+) => {$(
        impl<T: Serialize> IntoOutcome<$trigger> for Json<T> {
            type Output = T;
            type Codec = AsJson;

            fn into_outcome(self) -> Result<Reply, Error> {
                json_text(&self.0)
                    .map(Reply::json)
                    .map_err(|error| error.with_name("SerializationError"))
            }
        }

        impl IntoOutcome<$trigger> for Bytes {
            type Output = Self;
            type Codec = AsBytes;

            fn into_outcome(self) -> Result<Reply, Error> {
                Ok(Reply::new(self, "application/octet-stream"))
            }
        }

        impl IntoOutcome<$trigger> for String {
            type Output = Self;
            type Codec = AsText;

            fn into_outcome(self) -> Result<Reply, Error> {
                Ok(text(self.into()))
            }
        }

        impl IntoOutcome<$trigger> for &'static str {
            type Output = String;
            type Codec = AsText;

            fn into_outcome(self) -> Result<Reply, Error> {
                Ok(text(Bytes::from_static(self.as_bytes())))
            }
        }
    )+};
}

answers!(Invoke, Task);

fn text(body: Bytes) -> Reply {
    Reply::new(body, "text/plain; charset=utf-8")
}

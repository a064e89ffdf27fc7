//! What comes of an event invocation.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use crate::cloudevents::CloudEvent;
use crate::error::{Error, ErrorKind};

/// A reply, or a failure with its kind.
pub type Outcome = Result<Reply, Failure>;

/// What an event function answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The body, in the form that `media_type` names.
    pub body: Bytes,
    /// The media type of the body.
    pub media_type: Cow<'static, str>,
    /// The event that the function answers with, instead of a body.
    pub event: Option<Box<CloudEvent>>,
}

impl Reply {
    /// Makes a reply.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, media_type: impl Into<Cow<'static, str>>) -> Self {
        Self {
            body: body.into(),
            media_type: media_type.into(),
            event: None,
        }
    }

    /// Makes a reply of JSON text.
    #[must_use]
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::new(body, "application/json")
    }

    /// Makes a reply that is an event.
    #[must_use]
    pub fn event(event: CloudEvent) -> Self {
        Self {
            event: Some(Box::new(event)),
            ..Self::nothing()
        }
    }

    /// Makes the reply of a function that returns nothing: JSON's `null`.
    #[must_use]
    pub fn nothing() -> Self {
        Self::json(Bytes::from_static(b"null"))
    }
}

/// Why an invocation has no reply.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// A short name for platforms that show one: an error type's.
    pub name: Cow<'static, str>,
    /// The message, with its causes.
    pub message: String,
}

/// The kinds of failure, as settlement tells them apart.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// The handler asks for another attempt.
    Retry,
    /// The handler asks for another attempt after this much time.
    RetryAfter(Duration),
    /// The handler, or a decoder before it, refuses the input for good.
    Reject,
    /// The handler panicked; another attempt may go better.
    Panic,
    /// The deadline passed before the handler was through.
    Deadline,
    /// A limit of this instance was reached before the handler was called.
    Overload,
    /// The handler was not called: a delivery before it in its lane failed, or the time was over.
    NotAttempted,
    /// No function takes it.
    Unroutable,
}

impl Failure {
    pub(crate) fn panic(message: String) -> Self {
        Self {
            kind: FailureKind::Panic,
            name: Cow::Borrowed("Panic"),
            message,
        }
    }

    pub(crate) fn deadline(limit: Duration) -> Self {
        Self {
            kind: FailureKind::Deadline,
            name: Cow::Borrowed("Timeout"),
            message: format!("no answer within {limit:?}"),
        }
    }
}

impl Failure {
    pub(crate) fn not_attempted(why: &str) -> Self {
        Self {
            kind: FailureKind::NotAttempted,
            name: Cow::Borrowed("NotAttempted"),
            message: why.to_owned(),
        }
    }

    pub(crate) fn unroutable(message: String) -> Self {
        Self {
            kind: FailureKind::Unroutable,
            name: Cow::Borrowed("Unroutable"),
            message,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            kind: match error.kind() {
                ErrorKind::Retry => FailureKind::Retry,
                ErrorKind::RetryAfter(delay) => FailureKind::RetryAfter(delay),
                ErrorKind::Reject => FailureKind::Reject,
            },
            name: Cow::Owned(error.name().to_owned()),
            message: error.chain(),
        }
    }
}

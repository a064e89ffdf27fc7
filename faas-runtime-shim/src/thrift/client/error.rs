//! Why a call has no result.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use pilota::thrift::ApplicationExceptionKind;

use crate::thrift::wire;

/// Why a call has neither a result nor a declared exception.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no connection, and nothing was sent.
    #[error("`{peer}` cannot be reached")]
    Unreachable {
        /// The address.
        peer: Box<str>,
        /// Why.
        source: io::Error,
    },
    /// The connection ended before the answer came: the call may have been made or not.
    #[error("the connection to `{peer}` broke before the answer came")]
    Broken {
        /// The address.
        peer: Box<str>,
        /// Why.
        source: io::Error,
    },
    /// No answer came in time: the call may have been made or not.
    #[error("no answer within {after:?}")]
    TimedOut {
        /// How long it was waited for.
        after: Duration,
    },
    /// What came is no answer to the call.
    #[error("what came is no answer: {what}")]
    Malformed {
        /// What is wrong with it.
        what: String,
    },
    /// The arguments cannot be written.
    #[error("the arguments cannot be written: {why}")]
    Unwritable {
        /// Why.
        why: String,
    },
    /// The other side answered with a `TApplicationException`.
    #[error("the service answered with a fault: {message}")]
    Application {
        /// Which.
        kind: ApplicationExceptionKind,
        /// What it says.
        message: String,
    },
}

impl CallError {
    pub(super) fn strange(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }

    pub(super) fn malformed(malformed: wire::Malformed) -> Self {
        Self::strange(malformed.to_string())
    }

    pub(super) fn unsendable(unsendable: wire::Unsendable) -> Self {
        Self::Unwritable {
            why: unsendable.to_string(),
        }
    }
}

/// Why a method of a client has no result.
#[non_exhaustive]
#[derive(Debug)]
pub enum ClientError<E> {
    /// The service raised an exception that its IDL declares.
    Declared(E),
    /// Anything else.
    Call(CallError),
}

impl<E> From<CallError> for ClientError<E> {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl<E: fmt::Debug> fmt::Display for ClientError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared(exception) => write!(f, "the service raised {exception:?}"),
            Self::Call(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl<E: fmt::Debug> StdError for ClientError<E> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Declared(_) => None,
            Self::Call(error) => error.source(),
        }
    }
}

//! Why a method did not return its result: an exception that the IDL declares, or anything else.

use std::error::Error as StdError;

use crate::error::Error;

/// What a method of a service fails with.
///
/// `?` converts an exception that the IDL declares into [`Declared`](Self::Declared), and every other error into
/// [`Other`](Self::Other).
#[expect(clippy::exhaustive_enums, reason = "generated code tells all of it")]
#[derive(Debug)]
pub enum Exception<E> {
    /// An exception that the IDL declares: part of the method's answer, and no failure.
    Declared(E),
    /// A failure. It is logged; the client is told of it what the client of an HTTP function is.
    Other(Error),
}

impl<E, S: StdError + Send + Sync + 'static> From<S> for Exception<E> {
    fn from(error: S) -> Self {
        Self::Other(error.into())
    }
}

impl<E> From<Error> for Exception<E> {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The exception of a method that declares none.
#[expect(clippy::exhaustive_enums, reason = "that it has no value is its point")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Undeclared {}

//! Parameters of event functions and what such functions return.

use faas_runtime_shim::invocation::{Input, Outcome};

use crate::extract::{FromInvocation, Needs, Parts, Slot, Taken};
use crate::{Error, IntoOutcome};

/// All that generated code asks of a parameter's type, behind one function without bounds on what it returns: so a type
/// that is no parameter is one error, at the user's token.
#[derive(Debug)]
pub struct Param<T> {
    /// Reads the parameter.
    pub read: fn(&Parts, &mut Slot) -> Result<T, Error>,
    /// Collects its needs.
    pub needs: fn(&mut Needs),
    /// Whether it takes the deliveries of a batch together.
    pub whole_batch: bool,
    /// Whether it takes the messages of a call one after the other.
    pub streams: bool,
    /// Whether it takes the payload.
    pub takes: bool,
}

/// Returns the facts of a parameter of type `T` in a function with the trigger `Tr`.
#[must_use]
pub const fn param<Tr, T: FromInvocation<Tr>>() -> Param<T> {
    Param {
        read: T::from_invocation,
        needs: T::needs,
        whole_batch: T::WHOLE_BATCH,
        streams: T::STREAMS,
        takes: <T::Takes as Taken>::TAKES,
    }
}

/// Refuses a second parameter that takes the payload.
///
/// # Panics
///
/// Panics with `message` for more than one, at compile time.
#[expect(clippy::panic, reason = "this is how a const refuses")]
#[track_caller]
pub const fn at_most_one(count: usize, message: &'static str) {
    if count > 1 {
        panic!("{}", message);
    }
}

/// Refuses a parameter that takes the deliveries of a batch together.
///
/// # Panics
///
/// Panics with `message` for one that does, at compile time.
#[expect(clippy::panic, reason = "this is how a const refuses")]
#[track_caller]
pub const fn one_by_one(whole_batch: bool, message: &'static str) {
    if whole_batch {
        panic!("{}", message);
    }
}

/// Puts the input where parameters find it.
#[must_use]
pub fn slot(input: Input) -> Slot {
    Slot::new(input)
}

/// The slot of what has no payload.
#[must_use]
pub fn no_payload() -> Slot {
    Slot::empty()
}

/// Makes the outcome of what an event function returned.
///
/// # Errors
///
/// Returns the failure that the function's error stands for.
pub fn outcome<Tr, R: IntoOutcome<Tr>>(value: R) -> Outcome {
    value.into_outcome().map_err(Into::into)
}

/// Makes the outcome of a parameter that could not be read.
///
/// # Errors
///
/// Always.
pub fn refused(error: Error) -> Outcome {
    Err(error.into())
}

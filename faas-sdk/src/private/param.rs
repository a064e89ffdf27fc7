//! Parameters of event functions and what such functions return.

use faas_runtime_shim::invocation::Outcome;

use crate::extract::{FromInvocation, Needs, Parts, Payload, Slot, Taken};
use crate::{Error, IntoOutcome};

/// All that generated code asks of a parameter's type, behind one function without bounds on what it returns: so a type
/// that is no parameter is one error, at the user's token.
#[derive(Debug)]
pub struct Param<T> {
    /// Reads the parameter.
    pub read: fn(&Parts, &mut Slot) -> Result<T, Error>,
    /// Collects its needs.
    pub needs: fn(&mut Needs),
    /// Whether deliveries come one by one.
    pub one_by_one: bool,
    /// Whether it takes the payload.
    pub takes: bool,
}

/// Returns the facts of a parameter of type `T` in a function with the trigger `Tr`.
#[must_use]
pub const fn param<Tr, T: FromInvocation<Tr>>() -> Param<T> {
    Param {
        read: T::from_invocation,
        needs: T::needs,
        one_by_one: T::ONE_BY_ONE,
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

/// Puts the payload where parameters find it.
#[must_use]
pub fn slot(payload: Payload) -> Slot {
    Slot::new(payload)
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

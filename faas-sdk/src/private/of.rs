//! Whether a constructor returns its value or a `Result` of it, judged by type through autoref, not by spelling.

use std::marker::PhantomData;

use crate::Error;
use crate::outcome::IntoFailure;
use faas_runtime_shim::function::Type;

/// A type, to ask what kind it is: `(&&Of::of(&value)).kind().finish(value)`.
#[derive(Debug)]
pub struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    /// Names the type of a value.
    #[expect(
        clippy::self_named_constructors,
        reason = "generated code reads `Of::of(&value)`"
    )]
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }

    /// Names a type.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "generated code calls `new`")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// The kind of `Result<T, E>`.
#[derive(Debug)]
pub struct Fallible<T, E>(PhantomData<fn() -> (T, E)>);

/// The kind of everything else.
#[derive(Debug)]
pub struct Plain<T>(PhantomData<fn() -> T>);

/// Tells a `Result`; chosen before [`PlainKind`].
pub trait FallibleKind {
    /// The kind.
    type Kind;
    /// Returns it.
    fn kind(&self) -> Self::Kind;
}

// no bound on `E` here: an error that is none shall be told, not make the `Result` itself the value
impl<T, E> FallibleKind for &Of<Result<T, E>> {
    type Kind = Fallible<T, E>;

    fn kind(&self) -> Self::Kind {
        Fallible(PhantomData)
    }
}

/// Takes whatever is no `Result`.
pub trait PlainKind {
    /// The kind.
    type Kind;
    /// Returns it.
    fn kind(&self) -> Self::Kind;
}

impl<T> PlainKind for Of<T> {
    type Kind = Plain<T>;

    fn kind(&self) -> Self::Kind {
        Plain(PhantomData)
    }
}

/// What a kind does with a value.
pub trait Finish {
    /// What the constructor returns.
    type Returned;
    /// The value in it.
    type Value;

    /// Takes the value out.
    ///
    /// # Errors
    ///
    /// Returns the constructor's error.
    fn finish(self, returned: Self::Returned) -> Result<Self::Value, Error>;

    /// Returns the value's type.
    fn provides(&self) -> Type
    where
        Self::Value: 'static,
    {
        Type::of::<Self::Value>()
    }
}

impl<T, E: IntoFailure> Finish for Fallible<T, E> {
    type Returned = Result<T, E>;
    type Value = T;

    fn finish(self, returned: Result<T, E>) -> Result<T, Error> {
        returned.map_err(IntoFailure::into_failure)
    }
}

impl<T> Finish for Plain<T> {
    type Returned = T;
    type Value = T;

    fn finish(self, returned: T) -> Result<T, Error> {
        Ok(returned)
    }
}

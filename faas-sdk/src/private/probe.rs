//! Facts of parameters that may be foreign types: needs and schemas, found through autoref where they exist.
//!
//! `(&Probe::<T>::new()).needs(n)` calls the method of the trait that `Probe<T>` implements if it does, else that of the
//! fallback implemented for `&Probe<T>`. It sees through type aliases, and foreign types need to implement nothing.

use std::marker::PhantomData;

use crate::extract::trigger::Http;
use crate::extract::{FromInvocation, Needs};
use faas_runtime_shim::schema::Schemas;

pub use self::schemas::{HasAnswer, HasParameter};
pub use super::of::{FallibleKind, Finish, PlainKind};

/// A parameter's or an answer's type.
#[derive(Debug)]
pub struct Probe<T: ?Sized>(PhantomData<fn() -> T>);

impl<T: ?Sized> Probe<T> {
    /// Names the type.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "generated code calls `new`")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Parameters of our own have needs.
pub trait HasNeeds {
    /// Collects them.
    fn needs(&self, needs: &mut Needs);
}

impl<T: FromInvocation<Http>> HasNeeds for Probe<T> {
    fn needs(&self, needs: &mut Needs) {
        T::needs(needs);
    }
}

/// Foreign ones have none that we could see.
pub trait NoNeeds {
    /// Collects nothing.
    fn needs(&self, needs: &mut Needs) {
        let _ = needs;
    }
}

impl<T> NoNeeds for &Probe<T> {}

/// Types that are no documents.
pub trait NoParameter {
    /// Describes nothing.
    fn parameter(&self, schemas: &mut Schemas) {
        let _ = schemas;
    }
}

impl<T> NoParameter for &Probe<T> {}

/// Answers that are no documents.
pub trait NoAnswer {
    /// Describes nothing.
    fn answer(&self, schemas: &mut Schemas) {
        let _ = schemas;
    }
}

impl<T> NoAnswer for &Probe<T> {}

#[cfg(feature = "schema")]
#[path = "schemas_with.rs"]
mod schemas;
#[cfg(not(feature = "schema"))]
#[path = "schemas_without.rs"]
mod schemas;

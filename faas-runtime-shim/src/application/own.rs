//! Values that an application has one of for each type, made when first asked for: what parameters keep between invocations.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::Application;
use crate::function::Shared;

/// The values so far.
#[derive(Default)]
pub(super) struct Own(RwLock<HashMap<TypeId, Shared>>);

impl Application {
    /// Returns this application's value of the type `T`, which is made if there is none yet. Of several that are made at once
    /// the first stays.
    ///
    /// Other than a resource it is nobody's who uses functions, and cannot be given in a test.
    ///
    /// # Panics
    ///
    /// Panics if `make` does.
    pub fn own<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let Own(values) = &self.0.own;
        let ty = TypeId::of::<T>();
        let found = {
            let values = values.read().unwrap_or_else(PoisonError::into_inner);
            values.get(&ty).cloned()
        };
        let value = found.unwrap_or_else(|| {
            // before the lock: what makes it may ask for others
            let made: Shared = Arc::new(make());
            let mut values = values.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(values.entry(ty).or_insert(made))
        });
        value.downcast().expect("each value is kept under its type")
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}

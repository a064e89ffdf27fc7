//! Which functions an application has, and which of them is meant.

use std::any::TypeId;
use std::sync::Arc;

use super::{Application, FunctionState};
use crate::function::Trigger;
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
use crate::invocation::ObjectEvent;

/// Which of an application's functions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FunctionIndex(pub(super) usize);

impl Application {
    /// Returns the functions, sorted by name.
    #[must_use]
    pub fn functions(&self) -> &[Arc<FunctionState>] {
        &self.0.functions
    }

    /// Walks the indices of the functions.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn indices(&self) -> impl Iterator<Item = FunctionIndex> + use<> {
        (0..self.0.functions.len()).map(FunctionIndex)
    }

    /// Finds a function by its name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<FunctionIndex> {
        self.position(|state| state.name() == name)
    }

    /// Finds a function by the type of its fn item.
    #[must_use]
    pub fn by_item(&self, item: TypeId) -> Option<FunctionIndex> {
        self.position(|state| state.function().item == item)
    }

    /// Returns the only `invoke` function, if there is exactly one.
    #[must_use]
    pub fn only_invoke(&self) -> Option<FunctionIndex> {
        let is_invoke =
            |state: &FunctionState| matches!(state.function().trigger, Trigger::Invoke { .. });
        let first = self.position(is_invoke)?;
        let more = self
            .0
            .functions
            .iter()
            .skip(first.0 + 1)
            .any(|state| is_invoke(state));
        (!more).then_some(first)
    }

    /// Returns the function that takes every payload as it is: the only selected one, if its trigger is `invoke`.
    #[must_use]
    pub fn takes_everything(&self) -> Option<FunctionIndex> {
        (self.0.functions.len() == 1)
            .then(|| self.only_invoke())
            .flatten()
    }

    /// Tells whether any function serves HTTP.
    #[must_use]
    pub fn has_http(&self) -> bool {
        self.0
            .functions
            .iter()
            .any(|state| crate::registry::is_http(state.function()))
    }

    /// Finds the function that hears of an object in a bucket by the bucket's logical name.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn hears_of(&self, object: &ObjectEvent) -> Option<FunctionIndex> {
        self.0.routing.hears_of(object)
    }

    pub(crate) fn state(&self, function: FunctionIndex) -> &Arc<FunctionState> {
        &self.0.functions[function.0]
    }

    fn position(&self, which: impl Fn(&FunctionState) -> bool) -> Option<FunctionIndex> {
        self.0
            .functions
            .iter()
            .position(|state| which(state))
            .map(FunctionIndex)
    }
}

//! The invocation that this thread is serving at the moment.
//!
//! The guard of an invocation sets it while it polls the handler, and blocking handlers take it along to their thread. Log
//! lines get their fields from it, and free functions such as `faas::submit` find their application by it.

use std::cell::RefCell;

use crate::invocation::Context;

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// Runs `work` while `context` is the current invocation; what was current before is so again afterwards.
pub(crate) fn enter<R>(context: &Context, work: impl FnOnce() -> R) -> R {
    let before = CURRENT.with(|current| current.replace(Some(context.clone())));
    let _restore = Restore(before);
    work()
}

/// Shows the current invocation, if there is one.
pub(crate) fn with<R>(look: impl FnOnce(Option<&Context>) -> R) -> R {
    match context() {
        Some(context) => look(Some(&context)),
        None => look(None),
    }
}

/// Returns the current invocation.
#[must_use]
pub fn context() -> Option<Context> {
    CURRENT
        .try_with(|current| current.try_borrow().ok()?.clone())
        .ok()
        .flatten()
}

/// Puts the former invocation back, also when the handler panics.
struct Restore(Option<Context>);

impl Drop for Restore {
    fn drop(&mut self) {
        // the thread may be ending; then there is nothing to restore
        let _ = CURRENT.try_with(|current| current.replace(self.0.take()));
    }
}

//! The invocation that this thread is serving at the moment.
//!
//! The guard of an invocation sets it while it polls the handler, and blocking handlers take it along to their thread. Log
//! lines get their fields from it, and free functions such as `faas::send` find their application by it.

use std::cell::RefCell;
use std::sync::OnceLock;

use crate::application::Application;
use crate::invocation::Context;

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
}

static INSTALLED: OnceLock<Application> = OnceLock::new();

/// Makes an application that of the process, for code that runs outside of its invocations. The first one stays.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn install(application: &Application) {
    let _ = INSTALLED.set(application.clone());
}

/// Returns the application that serves the current invocation, else that of the process.
#[must_use]
pub fn application() -> Option<Application> {
    context().map_or_else(
        || INSTALLED.get().cloned(),
        |context| Some(context.application().clone()),
    )
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

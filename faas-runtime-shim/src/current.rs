//! The invocation that this thread is serving at the moment.
//!
//! The guard of an invocation sets it while it polls the handler, and blocking handlers take it along to their thread. Log
//! lines get their fields from it, and free functions such as `faas::send` find their application by it. An adapter tells
//! by an `Errand` what it works on, so that its own lines before and after name it.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{self, Poll};
use std::{fmt, mem};

use pin_project_lite::pin_project;

use crate::application::Application;
use crate::invocation::{Context, Facts, InvocationId};

thread_local! {
    static CURRENT: RefCell<Option<Context>> = const { RefCell::new(None) };
    static ERRAND: RefCell<Option<Errand>> = const { RefCell::new(None) };
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

/// Returns how often the instance has come out of a snapshot. Connections that were idle at a restore lead nowhere, and no
/// clock tells: it has stood still.
#[cfg(all(any(feature = "sink", feature = "thrift"), not(target_family = "wasm")))]
pub(crate) fn restores() -> u32 {
    application().map_or(0, |application| application.restores())
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

/// What a platform has handed over, on its way to its functions and back.
#[derive(Clone)]
pub(crate) struct Errand {
    id: InvocationId,
    // not all the details: an adapter has them to itself, to complete them
    tenant: Option<Box<str>>,
}

impl Errand {
    #[cfg_attr(
        not(any(feature = "aws-lambda", test)),
        expect(dead_code, reason = "of adapters that work on one thing at a time")
    )]
    pub(crate) fn of(facts: &Facts) -> Self {
        Self {
            id: facts.id.clone(),
            tenant: facts
                .details
                .as_ref()
                .and_then(|details| details.tenant.clone()),
        }
    }

    pub(crate) fn id(&self) -> &str {
        self.id.as_str()
    }

    pub(crate) fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Makes what it is polled for known by this errand to the log.
    #[cfg_attr(
        not(any(feature = "aws-lambda", test)),
        expect(dead_code, reason = "of adapters that work on one thing at a time")
    )]
    pub(crate) fn around<F: Future>(self, work: F) -> Around<F> {
        Around {
            work,
            errand: Some(self),
        }
    }
}

impl fmt::Debug for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Errand").field(&self.id).finish()
    }
}

/// Returns what the adapter on this thread works on, if it tells.
pub(crate) fn errand() -> Option<Errand> {
    ERRAND
        .try_with(|errand| errand.try_borrow().ok()?.clone())
        .ok()
        .flatten()
}

pin_project! {
    /// Work on what a platform has handed over.
    pub(crate) struct Around<F> {
        #[pin]
        work: F,
        // the thread's while this one is not polled
        errand: Option<Errand>,
    }
}

impl<F: Future> Future for Around<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _swapped = Swapped::new(this.errand);
        this.work.poll(cx)
    }
}

/// Two origins that have changed places, until it is dropped.
struct Swapped<'a>(&'a mut Option<Errand>);

impl<'a> Swapped<'a> {
    fn new(errand: &'a mut Option<Errand>) -> Self {
        let mut swapped = Self(errand);
        swapped.swap();
        swapped
    }

    fn swap(&mut self) {
        // the thread may be ending; then nobody looks
        let _ = ERRAND.try_with(|here| {
            if let Ok(mut here) = here.try_borrow_mut() {
                mem::swap(&mut *here, self.0);
            }
        });
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        self.swap();
    }
}

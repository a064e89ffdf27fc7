//! The hooks of an application's life: run one after the other, each guarded, every failure told.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::Application;
use super::guard::panic_message;
use crate::function::HookMoment;
use crate::invocation::{Context, Parts};
use crate::startup::{StartError, StartErrors};

impl Application {
    /// Tells whether anything is to be done at this moment.
    #[must_use]
    pub fn has_hooks(&self, moment: HookMoment) -> bool {
        let mut hooks = self.0.registry.hooks.iter();
        hooks.any(|hook| hook.moment == moment)
    }

    /// Runs the hooks of one moment one after the other: `Stop` and `BeforeFreeze` in the reverse order of their names.
    ///
    /// # Errors
    ///
    /// Returns every hook that failed; the others have run all the same.
    pub async fn run_hooks(&self, moment: HookMoment) -> Result<(), StartErrors> {
        let mut hooks: Vec<_> = self
            .0
            .registry
            .hooks
            .iter()
            .filter(|hook| hook.moment == moment)
            .collect();
        if matches!(moment, HookMoment::Stop | HookMoment::BeforeFreeze) {
            hooks.reverse();
        }
        let mut errors = Vec::new();
        for hook in hooks {
            let parts = Parts::new(Context::of_start(self.clone()));
            let run = AssertUnwindSafe(async { (hook.call)(parts).await }).catch_unwind();
            let done = match hook.timeout {
                None => Some(run.await),
                Some(timeout) => {
                    let clock = self.clock();
                    let timer = clock.sleep_until(clock.now().after(timeout));
                    futures_util::future::select(Box::pin(run), timer)
                        .map(|first| match first {
                            futures_util::future::Either::Left((done, _)) => Some(done),
                            futures_util::future::Either::Right(_) => None,
                        })
                        .await
                }
            };
            let why = match done {
                Some(Ok(Ok(()))) => continue,
                Some(Ok(Err(error))) => error.chain(),
                Some(Err(panic)) => format!("it panicked: {}", panic_message(&*panic)),
                None => format!("not done within {:?}", hook.timeout.unwrap_or_default()),
            };
            errors.push(StartError::hook_failed(&hook.origin, &why));
        }
        StartErrors::check(errors, ())
    }
}

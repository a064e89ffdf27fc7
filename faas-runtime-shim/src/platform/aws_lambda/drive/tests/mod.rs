//! The driver against a platform on the loopback that answers as a test wants.

mod ends;
mod extension;
mod platform;
mod slots;
mod snapshot;
mod zone;

use std::cell::RefCell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, ready};

use self::platform::{Platform, Reply};
use super::mode::Mode;
use super::settings::{ResponseMode, Settings};
use crate::application::{Application, Blueprint};
use crate::clock::{Clock, ManualClock};
use crate::cloudevents::CloudEvent;
use crate::config::Configuration;
use crate::env::Env;
use crate::error::Error;
use crate::function::{Function, Hook, HookMoment, Trigger};
use crate::invocation::{Input, Outcome, Parts, Reply as Answer};
use crate::kit;
use crate::outlet::{Message, Outlet, PublishError};
use crate::services::{Services, Site};
use crate::startup::StartErrors;

thread_local! {
    /// What has happened in this test, in order: on the platform's side, in hooks, in handlers. Runtimes of tests have one
    /// thread.
    static JOURNAL: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note(what: impl Into<String>) {
    JOURNAL.with_borrow_mut(|journal| journal.push(what.into()));
}

fn journal() -> Vec<String> {
    JOURNAL.with_borrow(Clone::clone)
}

/// How many of its entries begin so.
fn noted(start: &str) -> usize {
    JOURNAL.with_borrow(|journal| {
        let of_it = journal.iter().filter(|entry| entry.starts_with(start));
        of_it.count()
    })
}

/// Polls it while time passes, where it is paused; a test that hangs fails.
async fn within<F: Future>(work: F) -> F::Output {
    let mut work = pin!(work);
    for _ in 0..2000 {
        for _ in 0..200 {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::task::yield_now() => {}
            }
        }
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    panic!("the test hangs: {:#?}", journal());
}

async fn until(condition: impl Fn() -> bool) {
    within(async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// An application of one function, with what a test puts beside it.
struct Setup {
    function: fn(Parts, Input) -> BoxFuture<'static, Outcome>,
    hooks: Vec<&'static Hook>,
    clock: Arc<dyn Clock>,
    site: Option<Arc<dyn Site>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            function: |_, _| Box::pin(ready(Ok(Answer::json("{}")))),
            hooks: Vec::new(),
            clock: Arc::new(ManualClock::new()),
            site: None,
        }
    }
}

impl Setup {
    /// Adds a hook.
    fn hook(
        mut self,
        moment: HookMoment,
        call: fn(Parts) -> BoxFuture<'static, Result<(), Error>>,
    ) -> Self {
        self.hooks.push(Box::leak(Box::new(Hook {
            origin: kit::origin("hook"),
            moment,
            timeout: None,
            needs: |_| {},
            call,
        })));
        self
    }

    async fn build(self) -> Result<Application, StartErrors> {
        let trigger = Trigger::Invoke {
            call: self.function,
        };
        let function: &'static Function = Box::leak(Box::new(kit::function("work", trigger)));
        let mut services = Services::new(Arc::new(Noting), "aws-lambda");
        if let Some(site) = self.site {
            services.site = site;
        }
        let mut blueprint = Blueprint {
            platform: "aws-lambda",
            services,
            ..kit::blueprint(vec![function], Configuration::empty(), self.clock)
        };
        blueprint.registry.hooks = self.hooks;
        Application::build(blueprint).await
    }
}

/// Publishes nothing, and notes that connections are closed.
#[derive(Debug)]
struct Noting;

impl Outlet for Noting {
    fn publish(&self, _: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        Box::pin(ready(Err(PublishError::NoApplication)))
    }

    fn emit(&self, _: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        Box::pin(ready(Err(PublishError::NoApplication)))
    }

    fn disconnect(&self) {
        note("disconnect");
    }

    fn is_bound(&self, _: &str) -> bool {
        false
    }
}

fn env<const N: usize>(pairs: [(&str, &str); N]) -> Env {
    Env::from_pairs(pairs)
}

fn settings(mode: Mode) -> Settings {
    Settings {
        mode,
        recorder: None,
        response_mode: ResponseMode::Buffer,
    }
}

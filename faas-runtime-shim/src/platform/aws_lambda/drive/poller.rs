//! One slot: asks for an invocation, has it served, answers, and asks again.
//!
//! What fails is tried again here as often as the mode allows; `slots` has all of them.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::sync::SetOnce;

use super::answer::post;
use super::facts::{self, Echo};
use super::mode::Mode;
use super::settings::Settings;
use super::status::{Next, after_next};
use super::{LIMITS, NEXT, USER_AGENT, exchange};
use crate::application::Application;
use crate::current::Errand;
use crate::error::chain;
use crate::invocation::Facts;
use crate::platform::poll::{Client, Endpoint, Error};

/// The order to stop, for every slot of an instance.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<SetOnce<()>>);

impl Stop {
    /// Gives the order.
    pub(super) fn set(&self) {
        // the second time it is known already
        let _ = self.0.set(());
    }

    /// Tells whether it was given.
    pub(super) fn is_set(&self) -> bool {
        self.0.initialized()
    }

    async fn wait(&self) {
        self.0.wait().await;
    }
}

/// Why a slot is no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// It was told to stop, and owes no answer.
    Stopped,
    /// The platform has not been there for it any more.
    Lost,
}

/// One place for an invocation.
pub(super) struct Slot {
    endpoint: Endpoint,
    application: Application,
    settings: Settings,
    stop: Stop,
}

impl Slot {
    pub(super) fn new(
        endpoint: Endpoint,
        application: Application,
        settings: Settings,
        stop: Stop,
    ) -> Self {
        Self {
            endpoint,
            application,
            settings,
            stop,
        }
    }

    /// Serves until it is told to stop, or has failed as often as an instance of this mode bears.
    pub(super) async fn run(self) -> End {
        let mut patience = Patience::of(self.settings.mode);
        loop {
            // handlers' panics are caught by the guard; one that comes up to here is a fault of ours, and may cost this
            // invocation, not the slot
            match AssertUnwindSafe(self.serve(&mut patience))
                .catch_unwind()
                .await
            {
                Ok(End::Stopped) => return End::Stopped,
                Ok(End::Lost) => {}
                Err(_) => tracing::error!("a slot broke down"),
            }
            let Some(pause) = patience.next() else {
                return End::Lost;
            };
            tracing::warn!("a slot starts again in {pause:?}");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.wait() => return End::Stopped,
            }
        }
    }

    /// The loop. It has the connection to itself, and nothing else polls with it.
    async fn serve(&self, patience: &mut Patience) -> End {
        let mut client = Client::new(self.endpoint.clone(), USER_AGENT, LIMITS);
        let mut out = Vec::new();
        let mut stopped = pin!(self.stop.wait());
        while !self.stop.is_set() {
            let next = tokio::select! {
                // what has arrived is served, also when the order to stop came at the same time
                biased;
                next = self.next(&mut client) => next,
                () = &mut stopped => break,
            };
            let Some((mut facts, echo, event)) = next else {
                return End::Lost;
            };
            patience.restore();
            out.clear();
            let clock = self.application.clock();
            let mode = self.settings.response_mode;
            let recorder = self.settings.recorder.as_deref();
            let begun = recorder.map(|recorder| recorder.begin(&mut facts, clock));
            let errand = Errand::of(&facts);
            let served = errand.around(async {
                let verdict = exchange(&self.application, facts, event, mode, &mut out).await;
                let error = begun.as_ref().and_then(|_| verdict.error_type());
                let next = post(&mut client, &echo, verdict, &mut out, clock).await;
                if let Some(begun) = begun {
                    begun.end(error.as_deref());
                }
                next
            });
            let after = served.await;
            // the platform may freeze the process from the next poll on
            self.application.recorded().await;
            if matches!(after, Next::Stop) && !self.settings.mode.outlives_failures() {
                return End::Lost;
            }
            if out.capacity() > KEPT {
                out = Vec::new();
            }
        }
        End::Stopped
    }

    /// Waits for an invocation; `None` if polling on this connection makes no sense any more.
    async fn next(&self, client: &mut Client) -> Option<(Facts, Echo, Bytes)> {
        let mut patience = Patience::with_odd_answers();
        loop {
            let pause = match client.get(&[NEXT], &[]).await {
                Ok(answer) => match after_next(&answer) {
                    Next::Serve => {
                        let facts = facts::read(&answer, self.application.clock());
                        let echo = Echo::of(&answer, &facts);
                        return Some((facts, echo, answer.into_body()));
                    }
                    Next::Again => {
                        patience.restore();
                        PAUSE
                    }
                    Next::Odd => patience.next()?,
                    Next::Stop => return None,
                },
                Err(error) => {
                    tracing::error!("{}", chain(&error));
                    match error {
                        // the poll is repeated: the platform hands out the same event again
                        Error::Malformed { .. } => patience.next()?,
                        Error::Unreachable { .. } | Error::Broken { .. } | Error::Request(_) => {
                            return None;
                        }
                    }
                }
            };
            tokio::time::sleep(pause).await;
        }
    }
}

/// An answer's buffer of this size is kept for the next one; the memory of a rare large one is not.
const KEPT: usize = 256 * 1024;

/// Between two polls when the last one brought nothing; cargo-lambda's emulator answers 204 at once while it is idle.
const PAUSE: Duration = Duration::from_millis(50);

/// How often in a row a slot may fail, and how long it waits each time.
#[derive(Debug)]
struct Patience {
    most: u32,
    failed: u32,
}

impl Patience {
    /// AWS's own clients give a poll on managed instances this many tries (aws-lambda-python-runtime-interface-client,
    /// `lambda_runtime_client.py`).
    const TRIES: u32 = 5;
    const FIRST: Duration = Duration::from_millis(100);

    /// In either mode: whoever answers so is there, and may come to its senses.
    fn with_odd_answers() -> Self {
        Self {
            most: Self::TRIES,
            failed: 0,
        }
    }

    fn of(mode: Mode) -> Self {
        Self {
            most: if mode.outlives_failures() {
                Self::TRIES
            } else {
                0
            },
            failed: 0,
        }
    }

    /// Takes note of a failure; how long to wait after it, or nothing if it was one too many.
    fn next(&mut self) -> Option<Duration> {
        if self.failed == self.most {
            return None;
        }
        let pause = Self::FIRST * 2_u32.pow(self.failed);
        self.failed += 1;
        Some(pause)
    }

    fn restore(&mut self) {
        self.failed = 0;
    }
}

#[cfg(test)]
mod tests {
    //! The waits of a slot that fails.

    use std::num::NonZeroU16;

    use super::*;

    #[test]
    fn pauses_double_and_a_success_begins_anew() {
        let slots = NonZeroU16::MIN;
        let mut patience = Patience::of(Mode::Managed { slots });
        let pauses = |patience: &mut Patience| {
            std::iter::from_fn(|| patience.next())
                .map(|pause| pause.as_millis())
                .collect::<Vec<_>>()
        };
        assert_eq!(pauses(&mut patience), [100, 200, 400, 800, 1600]);
        assert_eq!(pauses(&mut patience), []);
        patience.restore();
        assert_eq!(patience.next(), Some(Patience::FIRST));
    }

    #[test]
    fn a_classic_instance_gives_up_at_once() {
        assert_eq!(Patience::of(Mode::Classic).next(), None);
    }
}

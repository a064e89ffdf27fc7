//! Handles what was claimed, and reports what is to be done with each message.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::super::store::{Claimed, Note, Stored, Token, Verdict, check_verdict};
use super::feed::Channel;
use super::settings::Rooms;
use super::verdict::{Attempt, Step};
use crate::application::{Application, FunctionIndex, Settled};
use crate::invocation::{Failure, FailureKind, Item, TaskHandle};
use crate::outlet::PublishError;
use crate::settle::Form;

/// A function at work on messages of a channel.
pub(super) struct Worker {
    pub(super) application: Application,
    pub(super) function: FunctionIndex,
    pub(super) channel: Channel,
    pub(super) rooms: Rooms,
    pub(super) report: mpsc::UnboundedSender<(Token, Verdict)>,
}

impl Worker {
    /// Handles a message alone.
    pub(super) async fn one(self: Arc<Self>, claimed: Claimed) {
        let item = match self.readable(&claimed.message) {
            Ok(item) => item,
            Err(failure) => return self.bury(&claimed, &failure).await,
        };
        let facts = self.channel.feed.facts(&claimed);
        let task = facts.task.clone();
        let delivered = self
            .application
            .deliver_to(self.function, facts, vec![item], Form::Pulled)
            .await;
        for settled in delivered {
            self.settle(&claimed, settled, task.as_deref()).await;
        }
    }

    /// Hands messages over together.
    pub(super) async fn batch(self: Arc<Self>, messages: Vec<Claimed>) {
        let mut handed = Vec::with_capacity(messages.len());
        let mut items = Vec::with_capacity(messages.len());
        for claimed in messages {
            match self.readable(&claimed.message) {
                Ok(item) => {
                    handed.push(claimed);
                    items.push(item);
                }
                Err(failure) => self.bury(&claimed, &failure).await,
            }
        }
        let Some(first) = handed.first() else {
            return;
        };
        let facts = self.channel.feed.facts(first);
        let delivered = self
            .application
            .deliver_to(self.function, facts, items, Form::Pulled)
            .await;
        for (claimed, settled) in handed.iter().zip(delivered) {
            self.settle(claimed, settled, None).await;
        }
    }

    /// Reads a message that may still be tried.
    fn readable(&self, message: &Stored) -> Result<Item, Failure> {
        let max = self.channel.retry.max.get();
        if message.attempt > max {
            return Err(Failure::new(
                FailureKind::Retry,
                "Lost",
                format!("{max} attempts have begun, and the last of them never ended"),
            ));
        }
        let unreadable =
            |note: Note| Failure::new(FailureKind::Reject, "InvalidMessage", note.message);
        self.channel.feed.item(message).map_err(unreadable)
    }

    async fn settle(&self, claimed: &Claimed, settled: Settled, task: Option<&TaskHandle>) {
        let attempt = Attempt {
            is_cancelled: task.is_some_and(TaskHandle::is_cancelled),
            ..self.attempt(claimed)
        };
        let step = attempt.step(settled);
        self.take(claimed, step).await;
    }

    /// Ends a message that was not tried any more.
    async fn bury(&self, claimed: &Claimed, failure: &Failure) {
        let queue = &*self.channel.name;
        tracing::error!(
            queue,
            id = claimed.message.id,
            "given up: {}",
            failure.message
        );
        let step = self.attempt(claimed).bury(failure);
        self.take(claimed, step).await;
    }

    fn attempt<'a>(&'a self, claimed: &'a Claimed) -> Attempt<'a> {
        Attempt {
            application: &self.application,
            function: self.function,
            channel: &self.channel,
            rooms: &self.rooms,
            claimed,
            is_cancelled: false,
        }
    }

    async fn take(&self, claimed: &Claimed, step: Step) {
        let verdict = match step {
            Step::Settle(verdict) => verdict,
            Step::Publish { letter, otherwise } => {
                match self.application.outlet().publish(*letter).await {
                    Ok(()) => Verdict::Done,
                    Err(error) => {
                        let queue = &*self.channel.name;
                        tracing::error!(queue, "the dead letter was not written: {error}");
                        if may_be_written_later(&error) {
                            Verdict::Return {
                                after: UNWRITTEN_PAUSE,
                            }
                        } else {
                            // to try its function again and again would not mend the binding
                            otherwise
                        }
                    }
                }
            }
        };
        let verdict = match check_verdict(&verdict) {
            Ok(()) => verdict,
            Err(error) => {
                let (queue, id) = (&*self.channel.name, claimed.message.id);
                tracing::error!(queue, id, "given up: {error}");
                Verdict::Dead {
                    reason: "what came of it is too large".into(),
                    failure: Note::new("reject", &error.to_string()),
                }
            }
        };
        self.report(claimed.token, verdict);
    }

    fn report(&self, token: Token, verdict: Verdict) {
        // whoever listens is only gone when the runtime is
        let _ = self.report.send((token, verdict));
    }
}

/// After how many milliseconds a dead letter is tried again that could not be written.
const UNWRITTEN_PAUSE: u64 = 5000;

fn may_be_written_later(error: &PublishError) -> bool {
    match error {
        PublishError::Unreachable { .. } => true,
        PublishError::Refused { for_good, .. } => !for_good,
        PublishError::NoApplication
        | PublishError::Unwritable { .. }
        | PublishError::Unbound { .. }
        | PublishError::Unsupported { .. } => false,
    }
}

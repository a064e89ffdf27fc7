//! What becomes of one function's items: called, settled, its dead letters written.

use std::sync::Arc;

use futures_util::future::{Either, select};

use super::super::{Application, FunctionIndex};
use super::{Settled, letter};
use crate::function::Trigger;
use crate::invocation::{Delivery, Facts, Failure, FailureKind, Input, Item, Outcome, TaskHandle};
use crate::outlet::{Message, PublishError};
use crate::services::ATTRIBUTE;
use crate::settle::{Form, Means, Settlement, settle};
use crate::telemetry::metrics::OutcomeKind;

/// One function at work on its share of the arrivals.
pub(super) struct Run {
    pub(super) application: Application,
    pub(super) function: FunctionIndex,
    pub(super) facts: Facts,
    form: Form,
    /// The function's queue for dead letters, if it is bound.
    pub(super) dead_letter: Option<&'static str>,
}

impl Run {
    pub(super) fn new(
        application: &Application,
        function: FunctionIndex,
        facts: Facts,
        form: Form,
    ) -> Self {
        let dead_letter = match application.state(function).function().trigger {
            Trigger::Queue { ref spec, .. } => spec
                .dead_letter
                .filter(|queue| application.outlet().is_bound(queue)),
            _ => None,
        };
        Self {
            application: application.clone(),
            function,
            facts,
            form,
            dead_letter,
        }
    }

    /// The most deliveries of a call, if the function takes them together.
    pub(super) fn whole_batch(&self) -> Option<usize> {
        match &self.application.state(self.function).function().trigger {
            Trigger::Queue { spec, .. } if spec.whole_batch => {
                Some(spec.batch.map_or(usize::MAX, |batch| {
                    usize::try_from(batch.get()).unwrap_or(usize::MAX)
                }))
            }
            _ => None,
        }
    }

    /// How many lanes go on at once.
    pub(super) fn at_once(&self) -> usize {
        let limit = self.application.state(self.function).limits().concurrency;
        limit.map_or(1, |limit| {
            usize::try_from(limit.get()).unwrap_or(usize::MAX)
        })
    }

    /// Handles an item, unless there is a reason not to begin it.
    pub(super) async fn item(&self, item: Item, why_not: Option<&'static str>) -> Settled {
        let Item {
            input,
            lane: _,
            attempt,
            idempotency_key,
            trace,
        } = item;
        let letter = self.letter(&input);
        if let Some(why) = self.too_late().or(why_not) {
            return self.not_attempted(attempt, why, letter).await;
        }
        let (input, task) = self.of_task(input);
        let facts = Facts {
            attempt: attempt.or(self.facts.attempt),
            idempotency_key: idempotency_key.or_else(|| self.facts.idempotency_key.clone()),
            trace: trace.or_else(|| self.facts.trace.clone()),
            task: task.or_else(|| self.facts.task.clone()),
            ..self.facts.clone()
        };
        let outcome = self.application.invoke(self.function, facts, input).await;
        self.settle(outcome, attempt, letter).await
    }

    /// Takes the job out of the message that a platform's queue brings to a task function.
    fn of_task(&self, input: Input) -> (Input, Option<Arc<TaskHandle>>) {
        let trigger = &self.application.state(self.function).function().trigger;
        match (trigger, input) {
            (Trigger::Task { .. }, Input::Delivery(delivery)) => {
                let id = delivery.attributes.get(ATTRIBUTE);
                let id = id.and_then(|id| id.parse().ok());
                let task = id.map(|id| Arc::new(TaskHandle::of_queue(id)));
                (Input::Payload(delivery.payload()), task)
            }
            (_, input) => (input, None),
        }
    }

    /// Decides what becomes of a delivery, and writes its dead letter where that is ours.
    pub(super) async fn settle(
        &self,
        mut outcome: Outcome,
        attempt: Option<u32>,
        letter: Option<(&'static str, Delivery)>,
    ) -> Settled {
        let state = self.application.state(self.function);
        let retry = state.retry();
        let means = Means {
            form: self.form,
            dead_letter: letter.is_some(),
        };
        let failure = outcome.as_ref().err();
        let mut settlement = settle(failure.map(|failure| failure.kind), &retry, attempt, means);
        if let Err(failure) = &mut outcome {
            tracing::error!(
                function = state.name(),
                kind = ?failure.kind,
                ?settlement,
                "the function failed: {}",
                failure.message
            );
            // who has pulled it keeps its own dead letters
            if settlement == Settlement::DeadLetter
                && self.form != Form::Pulled
                && let Some((queue, delivery)) = letter
            {
                let letter = letter::message(queue, &delivery, state.name(), failure, attempt);
                if let Err(error) = self.publish_in_time(letter).await {
                    tracing::error!(
                        function = state.name(),
                        "the dead letter was not written: {error}"
                    );
                    settlement = Settlement::Fail;
                    // whoever brought it shall bring it again, be it to be written then
                    failure.kind = FailureKind::Retry;
                }
            }
        }
        state.metrics.settled(settlement);
        Settled {
            settlement,
            outcome,
            function: Some(self.function),
        }
    }

    /// Publishes within the platform's time: a queue that does not answer must not cost the others their settlement.
    async fn publish_in_time(&self, letter: Message) -> Result<(), PublishError> {
        let what = format!("queue `{}`", letter.queue);
        let written = self.application.outlet().publish(letter);
        let Some(deadline) = self.facts.deadline else {
            return written.await;
        };
        let timer = self.application.clock().sleep_until(deadline);
        match select(written, timer).await {
            Either::Left((written, _)) => written,
            Either::Right(_) => Err(PublishError::Unreachable {
                what,
                why: TIME_OVER.to_owned(),
            }),
        }
    }

    /// Settles what was not begun. Where nobody brings it again, its dead letter is the only place where it is not lost.
    pub(super) async fn not_attempted(
        &self,
        attempt: Option<u32>,
        why: &str,
        letter: Option<(&'static str, Delivery)>,
    ) -> Settled {
        let state = self.application.state(self.function);
        state.refused(OutcomeKind::NotAttempted, self.facts.figures.as_ref());
        let failure = Failure::not_attempted(why);
        self.settle(Err(failure), attempt, letter).await
    }

    /// Keeps the delivery for its dead letter, if there may be one.
    pub(super) fn letter(&self, input: &Input) -> Option<(&'static str, Delivery)> {
        match (input, self.dead_letter) {
            (Input::Delivery(delivery), Some(queue)) => Some((queue, (**delivery).clone())),
            _ => None,
        }
    }

    /// Says why nothing more is begun, if the platform's time is over.
    pub(super) fn too_late(&self) -> Option<&'static str> {
        let deadline = self.facts.deadline?;
        (self.application.clock().now() >= deadline).then_some(TIME_OVER)
    }
}

/// Why there was no time for it.
const TIME_OVER: &str = "the time of the batch was over";

/// Why a delivery was not begun although there was time.
pub(super) const BEHIND: &str = "a delivery before it in its lane has to come again";

//! One invocation while it is recorded: what came in, then what came of it, then the way to whoever writes it down.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, request};

use super::body::Reel;
use super::desk::{Desk, Place};
use crate::application::Application;
use crate::clock::Moment;
use crate::invocation::{Context, Facts, Failure, FailureKind, Input, Ledger, Outcome};

/// A recorded invocation, as it came and went.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) number: u64,
    pub(super) platform: &'static str,
    pub(super) function: Option<&'static str>,
    pub(super) trigger: Option<&'static str>,
    pub(super) facts: Facts,
    pub(super) at: SystemTime,
    pub(super) begun: Moment,
    pub(super) took: Duration,
    pub(super) facing: Facing,
    pub(super) answer: Reel,
    pub(super) end: End,
    reports: Vec<Option<Result<(), Failure>>>,
    ledger: Option<Arc<Ledger>>,
    /// Its place among those that are not written yet.
    pub(super) place: Place,
}

/// What came in.
#[derive(Debug)]
pub(super) enum Facing {
    Http {
        head: Box<request::Parts>,
        body: Reel,
    },
    Event(Input),
}

/// How it ended.
#[derive(Debug)]
pub(super) enum End {
    Cancelled,
    Answered(Answered),
}

/// What it answered; the body of a response, or of a streamed reply, is followed.
#[derive(Debug)]
pub(super) enum Answered {
    Response {
        status: StatusCode,
        headers: HeaderMap,
        /// What failed, if the guard has made the response in place of the function.
        failure: Option<FailureKind>,
    },
    Outcome(Outcome),
}

impl Tape {
    /// What was reported on the deliveries of a batch.
    pub(super) fn reports(&self) -> &[Option<Result<(), Failure>>] {
        &self.reports
    }

    /// Returns about how many bytes it holds.
    pub(super) fn size(&self) -> usize {
        let input = match &self.facing {
            Facing::Http { body, .. } => body.taken().size(),
            Facing::Event(Input::Payload(payload)) => payload.body.len(),
            Facing::Event(Input::Delivery(delivery)) => {
                delivery.body.as_ref().map_or(0, Bytes::len)
            }
            Facing::Event(Input::Batch(batch)) => {
                let bodies = batch.deliveries.iter().filter_map(|one| one.body.as_ref());
                bodies.map(Bytes::len).sum()
            }
            Facing::Event(Input::Event(event)) => event.data.as_ref().map_or(0, Bytes::len),
            Facing::Event(_) => 0,
        };
        let reply = match &self.end {
            End::Answered(Answered::Outcome(Ok(reply))) => reply.body.len(),
            _ => 0,
        };
        input + reply + self.answer.taken().size()
    }
}

/// An invocation that has not ended; one that is dropped was cancelled.
#[derive(Debug)]
pub(super) struct Running {
    tape: Option<Box<Tape>>,
    desk: Arc<Desk>,
    application: Application,
    context: Option<Context>,
}

impl Running {
    pub(super) fn begin(
        desk: &Arc<Desk>,
        application: &Application,
        facts: Facts,
        facing: Facing,
    ) -> Self {
        let ledger = match &facing {
            Facing::Event(Input::Batch(batch)) => Some(Arc::clone(&batch.ledger)),
            _ => None,
        };
        let clock = application.clock();
        let tape = Tape {
            number: desk.number.fetch_add(1, Ordering::Relaxed),
            platform: application.platform(),
            function: None,
            trigger: None,
            facts,
            at: clock.wall(),
            begun: clock.now(),
            took: Duration::ZERO,
            facing,
            answer: Reel::new(desk.settings.max_body.bytes()),
            end: End::Cancelled,
            reports: Vec::new(),
            ledger,
            place: Place::of(desk),
        };
        Self {
            tape: Some(Box::new(tape)),
            desk: Arc::clone(desk),
            application: application.clone(),
            context: None,
        }
    }

    /// Says which function it is for, as far as that is known.
    pub(super) fn for_function(&mut self, name: &'static str, trigger: &'static str) {
        if let Some(tape) = &mut self.tape {
            tape.function = Some(name);
            tape.trigger = Some(trigger);
        }
    }

    /// Says whose context will tell which function it is for.
    pub(super) fn known_by(&mut self, context: &Context) {
        self.context = Some(context.clone());
    }

    /// Says what it answers. What is a stream ends later.
    pub(super) fn answered(&mut self, answered: Answered) {
        if let Some(tape) = &mut self.tape {
            tape.end = End::Answered(answered);
        }
    }

    /// Returns what follows the body of its answer.
    pub(super) fn answer(&self) -> Option<Reel> {
        self.tape.as_ref().map(|tape| tape.answer.clone())
    }

    /// It has ended.
    pub(super) fn end(mut self) {
        self.hand_over();
    }

    /// Nobody wants the rest.
    pub(super) fn cancel(mut self) {
        if let Some(tape) = &mut self.tape {
            tape.end = End::Cancelled;
        }
        self.hand_over();
    }

    fn hand_over(&mut self) {
        let Some(mut tape) = self.tape.take() else {
            return;
        };
        if let Some(context) = &self.context
            && !context.function().is_empty()
        {
            tape.function = Some(context.function());
            tape.trigger = Some(context.trigger());
        }
        if let Some(ledger) = tape.ledger.take() {
            // who has called the function closes it next
            tape.reports = ledger.reports();
        }
        tape.took = self.application.clock().now().since(tape.begun);
        tape.place.is_handed_over();
        self.desk.sink.take(tape);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(tape) = &mut self.tape {
            tape.end = End::Cancelled;
        }
        self.hand_over();
    }
}

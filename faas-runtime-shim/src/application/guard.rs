//! The guarding future of every invocation: deadline, panic catch, span, current invocation, figures. One future and no
//! stack of services, since it stands on the invocation path (DESIGN, section 12).
//!
//! A [`Ticket`] is an invocation's place in the application: it is given back, and the invocation counted, when the ticket
//! is dropped. With a body that is sent while it is made it travels on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tracing::Span;

use super::response::guarded;
use super::state::{FunctionState, Place};
use crate::clock::Moment;
use crate::current;
use crate::invocation::{Context, Failure, FailureKind, Outcome, Reply};
use crate::telemetry::metrics::OutcomeKind;
use crate::telemetry::panic;

/// What an invocation of either shape answers with.
pub(crate) trait Answer: Sized {
    /// Makes the answer of an invocation that failed outside of the handler's own words.
    fn failed(failure: Failure) -> Self;

    /// Tells what is counted.
    fn kind(&self) -> OutcomeKind;

    /// Ends the invocation with this answer, or lets the ticket travel on with it.
    fn seal(self, ticket: Ticket) -> Self;
}

impl From<FailureKind> for OutcomeKind {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Retry => Self::Retry,
            FailureKind::RetryAfter(_) => Self::RetryAfter,
            FailureKind::Reject => Self::Reject,
            FailureKind::Panic => Self::Panic,
            FailureKind::Deadline => Self::Deadline,
            FailureKind::Overload => Self::Overload,
            FailureKind::NotAttempted | FailureKind::Unroutable => Self::NotAttempted,
        }
    }
}

impl Answer for Outcome {
    fn failed(failure: Failure) -> Self {
        Err(failure)
    }

    fn kind(&self) -> OutcomeKind {
        self.as_ref()
            .map_or_else(|failure| failure.kind.into(), |_| OutcomeKind::Success)
    }

    fn seal(self, mut ticket: Ticket) -> Self {
        let kind = self.kind();
        match &self {
            Ok(Reply {
                stream: Some(stream),
                ..
            }) => stream.map(|body| guarded(body, ticket, kind)),
            _ => ticket.settle(kind),
        }
        self
    }
}

/// Polls a handler under all guards.
pub(crate) struct Guard<T> {
    handler: Option<BoxFuture<'static, T>>,
    ticket: Option<Ticket>,
    deadline: Option<Moment>,
    timer: Option<BoxFuture<'static, ()>>,
}

impl<T: Answer> Guard<T> {
    /// Guards `handler`, which has not been polled yet.
    pub(crate) fn new(handler: BoxFuture<'static, T>, ticket: Ticket) -> Self {
        let head = ticket
            .context
            .head_timeout()
            .map(|timeout| ticket.started.after(timeout));
        let mut guard = Self::of_whole(handler, ticket);
        guard.deadline = match (guard.deadline, head) {
            (Some(whole), Some(head)) => Some(whole.min(head)),
            (whole, head) => whole.or(head),
        };
        guard
    }

    /// Guards a `handler` that has no other deadline than its invocation.
    pub(crate) fn of_whole(handler: BoxFuture<'static, T>, ticket: Ticket) -> Self {
        Self {
            deadline: ticket.deadline,
            handler: Some(handler),
            ticket: Some(ticket),
            timer: None,
        }
    }

    fn finish(&mut self, answer: T) -> Poll<T> {
        self.timer = None;
        self.give_up();
        Poll::Ready(match self.ticket.take() {
            Some(ticket) => answer.seal(ticket),
            None => answer,
        })
    }
}

impl<T> Guard<T> {
    /// Drops the handler: given up half-way it still runs its destructors as this invocation, and they may panic too.
    fn give_up(&mut self) {
        if let (Some(handler), Some(ticket)) = (self.handler.take(), &self.ticket) {
            let _ = ticket.run(|| drop(handler));
        }
    }
}

impl<T> Drop for Guard<T> {
    fn drop(&mut self) {
        // the client went away
        self.give_up();
    }
}

impl<T: Answer> Future for Guard<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let (handler, Some(ticket)) = (&mut this.handler, &this.ticket) else {
            // polled again after it was ready, which no executor does
            return Poll::Pending;
        };
        let polled = ticket.run(|| {
            let Some(running) = handler else {
                return Poll::Pending;
            };
            let polled = running.as_mut().poll(cx);
            if polled.is_ready() {
                // its destructors too run as this invocation; if one panics, the answer is there all the same
                let dropped = catch_unwind(AssertUnwindSafe(|| drop(handler.take())));
                let _ = dropped.map_err(|_| panic::place());
            }
            polled
        });
        match polled {
            Ok(Poll::Ready(answer)) => this.finish(answer),
            Err(failure) => this.finish(T::failed(failure)),
            Ok(Poll::Pending) => {
                let Some(deadline) = this.deadline else {
                    return Poll::Pending;
                };
                let clock = ticket.context.application().clock();
                let timer = this
                    .timer
                    .get_or_insert_with(|| clock.sleep_until(deadline));
                if timer.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                let limit = deadline.since(ticket.started);
                ticket
                    .run(|| tracing::warn!("no answer within {limit:?}: the handler was stopped"))
                    .ok();
                this.finish(T::failed(Failure::deadline(limit)))
            }
        }
    }
}

/// An invocation's place in the application.
pub(crate) struct Ticket {
    context: Context,
    function: Arc<FunctionState>,
    span: Span,
    started: Moment,
    deadline: Option<Moment>,
    kind: OutcomeKind,
    /// The answer has a head alone, whatever body the handler gave it.
    head_only: bool,
    _place: Option<Place>,
}

impl Ticket {
    /// Opens the invocation of `function`.
    pub(crate) fn open(
        context: Context,
        function: Arc<FunctionState>,
        now: Moment,
        place: Option<Place>,
    ) -> Self {
        Self::within(None, context, function, now, place)
    }

    /// Opens the invocation of `function`, for which the caller leaves so much time.
    pub(crate) fn within(
        within: Option<Duration>,
        mut context: Context,
        function: Arc<FunctionState>,
        now: Moment,
        place: Option<Place>,
    ) -> Self {
        let deadline = context.choose(&function, now, within);
        if let Some(place) = &place {
            context.has_place(place);
        }
        let span = tracing::info_span!(
            target: "faas::invocation",
            "invocation",
            otel.name = function.name(),
            faas.name = function.name(),
            faas.trigger = function.trigger_name(),
            faas.invocation_id = %context.invocation_id(),
            faas.coldstart = context.cold_start(),
        );
        function.metrics.started();
        if context.cold_start() {
            function.metrics.cold_started();
        }
        context.application().enter();
        Self {
            context,
            function,
            span,
            started: now,
            deadline,
            // what is counted if the ticket is dropped before anybody settles it: the client went away
            kind: OutcomeKind::Cancelled,
            head_only: false,
            _place: place,
        }
    }

    /// Says that the body of the answer will not be asked for.
    pub(crate) fn of_head(mut self) -> Self {
        self.head_only = true;
        self
    }

    pub(crate) fn is_head_only(&self) -> bool {
        self.head_only
    }

    /// Says what is counted when the ticket is given back.
    pub(crate) fn settle(&mut self, kind: OutcomeKind) {
        self.kind = kind;
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn deadline(&self) -> Option<Moment> {
        self.deadline
    }

    /// Runs a piece of the user's code as this invocation; a panic in it becomes a failure.
    pub(crate) fn run<R>(&self, work: impl FnOnce() -> R) -> Result<R, Failure> {
        let guarded = || current::enter(&self.context, || catch_unwind(AssertUnwindSafe(work)));
        let done = if self.span.is_none() {
            guarded()
        } else {
            self.span.in_scope(guarded)
        };
        done.map_err(|payload| {
            let place = panic::place();
            Failure::panic(panic_message(&*payload).to_owned(), place)
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let application = self.context.application();
        let spent = application.clock().now().since(self.started);
        self.function.metrics.finished(self.kind, spent);
        if let Some(figures) = self.context.figures() {
            let (name, trigger) = (self.function.name(), self.function.trigger_name());
            figures.ended(name, trigger, self.kind, self.context.cold_start());
        }
        self.context.finish();
        application.leave();
    }
}

/// Reads the text out of what a panic carried.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the panic carried no text")
}

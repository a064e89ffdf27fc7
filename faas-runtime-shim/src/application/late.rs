//! The deadline of an answer that is being sent.
//!
//! A body can only look at its deadline while somebody asks it for more, and a server asks no more while the client does
//! not read. So a [`Term`] also tells whoever polls the answer of the deadline: its [`Deadline`] gives the answer up from
//! outside. What is told lies in a place of the thread, not in the answer, since an answer that is sent at once shall not
//! pay for it.

use std::cell::Cell;
use std::fmt;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;

use super::guard::Ticket;
use crate::clock::{Clock, Moment};

/// Why a response body broke off at its deadline.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the deadline passed in the response body")]
pub(crate) struct Late;

/// How long an answer may be sent: until its invocation's deadline, if that has one.
pub(crate) struct Term {
    end: Option<Moment>,
    timer: Option<BoxFuture<'static, ()>>,
    /// A frame has gone out.
    has_begun: bool,
}

impl Term {
    pub(crate) fn of(ticket: &Ticket) -> Self {
        Self {
            end: ticket.deadline(),
            timer: None,
            has_begun: false,
        }
    }

    /// Says whether the answer is too late, by the clock.
    pub(crate) fn is_over(&self, ticket: &Ticket) -> bool {
        let clock = ticket.context().application().clock();
        self.end.is_some_and(|end| end <= clock.now())
    }

    /// Polls for the next frame, unless the answer is too late; `None` if it is. One that is `whole` but for the word that it
    /// has ended is in time, such as the answer that tells that the deadline has passed.
    pub(crate) fn poll<R>(
        &mut self,
        ticket: &Ticket,
        whole: bool,
        cx: &mut Context<'_>,
        next: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Option<Poll<R>> {
        // a stream that is never pending arms no timer; the first frame comes with the head, which was in time
        if self.has_begun && !whole && self.is_over(ticket) {
            return None;
        }
        let polled = next(cx);
        if polled.is_ready() {
            self.has_begun = true;
            tell(self.told(false));
            return Some(polled);
        }
        // behind `next`: the body may have polled answers of other invocations
        tell(self.told(true));
        let Some(end) = self.end else {
            return Some(polled);
        };
        let clock = ticket.context().application().clock();
        let timer = self.timer.get_or_insert_with(|| clock.sleep_until(end));
        timer.as_mut().poll(cx).is_pending().then_some(polled)
    }

    fn told(&self, is_timed: bool) -> Told {
        self.end
            .map_or(Told::Free, |end| Told::Until { end, is_timed })
    }
}

/// The deadline of the answer that a task is sending, once it is known.
#[cfg_attr(
    not(any(
        feature = "aws-lambda",
        all(feature = "host", not(target_family = "wasm"))
    )),
    allow(dead_code, reason = "only for what sends answers")
)]
#[derive(Default)]
pub(crate) struct Deadline {
    end: Option<Moment>,
    /// The answer wakes the task then by itself.
    is_timed: bool,
    timer: Option<BoxFuture<'static, ()>>,
}

#[cfg_attr(
    not(any(
        feature = "aws-lambda",
        all(feature = "host", not(target_family = "wasm"))
    )),
    allow(dead_code, reason = "only for what sends answers")
)]
impl Deadline {
    /// Polls what answers.
    pub(crate) fn watch<T>(&mut self, answering: impl FnOnce() -> Poll<T>) -> Poll<T> {
        // whatever was told before was meant for nobody
        let _ = told();
        let polled = answering();
        match told() {
            Told::Nothing => {}
            Told::Free => *self = Self::default(),
            Told::Until { end, is_timed } => {
                if self.end != Some(end) {
                    self.timer = None;
                }
                (self.end, self.is_timed) = (Some(end), is_timed);
            }
        }
        polled
    }

    /// Says whether the deadline has passed and the answer is still not sent, once what answers is pending; else the task
    /// is woken then.
    pub(crate) fn is_over(&mut self, clock: Option<&dyn Clock>, cx: &mut Context<'_>) -> bool {
        let (Some(end), Some(clock)) = (self.end, clock) else {
            return false;
        };
        if self.is_timed && self.timer.is_none() {
            return end <= clock.now();
        }
        let timer = self.timer.get_or_insert_with(|| clock.sleep_until(end));
        timer.as_mut().poll(cx).is_ready()
    }

    /// When it is, as far as the answer has told.
    #[cfg_attr(
        not(feature = "aws-lambda"),
        allow(dead_code, reason = "a connection ends with its answer")
    )]
    pub(crate) fn end(&self) -> Option<Moment> {
        self.end
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Deadline");
        debug.field("end", &self.end).finish_non_exhaustive()
    }
}

/// What the answer that was polled last has told.
#[cfg_attr(
    not(any(
        feature = "aws-lambda",
        all(feature = "host", not(target_family = "wasm"))
    )),
    allow(dead_code, reason = "only for what sends answers")
)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Told {
    /// None was polled.
    Nothing,
    /// It has ended, has not begun, or has no deadline.
    Free,
    Until {
        end: Moment,
        /// It wakes its task then by itself.
        is_timed: bool,
    },
}

thread_local! {
    static TOLD: Cell<Told> = const { Cell::new(Told::Nothing) };
}

pub(crate) fn tell(told: Told) {
    TOLD.set(told);
}

/// Takes what the answers that were polled on this thread have told last.
#[cfg_attr(
    not(any(
        feature = "aws-lambda",
        all(feature = "host", not(target_family = "wasm"))
    )),
    allow(dead_code, reason = "only for what sends answers")
)]
pub(crate) fn told() -> Told {
    TOLD.replace(Told::Nothing)
}

//! How long a connection has stood still, sampled: no message arms or moves a timer.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Counts the time in which nothing moves, of a task that polls it only while it waits for its client.
pub(super) struct Patience {
    tick: Duration,
    sleep: Pin<Box<Sleep>>,
    /// Whom it wakes.
    waker: Option<Waker>,
    moved: bool,
    still: Duration,
    /// How long a message has been on its way.
    under_way: Duration,
}

impl Patience {
    /// Makes one for limits of `shortest` and more; it is at most a quarter of that late.
    pub(super) fn new(shortest: Duration) -> Self {
        let tick = (shortest / 4).max(SHORTEST_TICK);
        Self {
            tick,
            sleep: Box::pin(sleep(tick)),
            waker: None,
            moved: true,
            still: Duration::ZERO,
            under_way: Duration::ZERO,
        }
    }

    /// Something moved, or is about to.
    #[inline]
    pub(super) fn moved(&mut self) {
        self.moved = true;
    }

    /// A message is there, or none has begun.
    #[inline]
    pub(super) fn is_between(&mut self) {
        self.under_way = Duration::ZERO;
    }

    /// Is ready once nothing has moved for `limit`, or a message has been on its way for `whole`.
    pub(super) fn poll_message(
        &mut self,
        cx: &mut Context<'_>,
        limit: Duration,
        whole: Duration,
    ) -> Poll<()> {
        if self.poll_over(cx, limit).is_ready() || self.under_way >= whole {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Is ready once nothing has moved for `limit`.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>, limit: Duration) -> Poll<()> {
        let wakes = |waker: &Waker| waker.will_wake(cx.waker());
        if self.waker.as_ref().is_some_and(wakes) && !self.sleep.is_elapsed() {
            return Poll::Pending;
        }
        loop {
            if self.sleep.as_mut().poll(cx).is_pending() {
                self.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            self.sleep.as_mut().reset(Instant::now() + self.tick);
            self.still = match self.moved {
                true => Duration::ZERO,
                false => self.still.saturating_add(self.tick),
            };
            self.under_way = self.under_way.saturating_add(self.tick);
            self.moved = false;
            if self.still >= limit {
                return Poll::Ready(());
            }
        }
    }
}

/// Below it sampling would cost more than it is worth.
const SHORTEST_TICK: Duration = Duration::from_millis(10);

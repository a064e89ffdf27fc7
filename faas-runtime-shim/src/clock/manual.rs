//! A clock that moves only when a test says so.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;

use super::{Clock, Moment};

/// A clock that stands still until [`advance`](Self::advance) is called. Clones share one time.
///
/// Its wall clock starts at 2026-01-01T00:00:00Z.
#[derive(Clone, Debug, Default)]
pub struct ManualClock {
    shared: Arc<Mutex<Shared>>,
}

/// 2026-01-01T00:00:00Z in seconds of the Unix epoch.
const WALL_ORIGIN: u64 = 1_767_225_600;

#[derive(Debug, Default)]
struct Shared {
    now: Moment,
    /// How far the wall clock was set forward.
    leapt: Duration,
    sleepers: BTreeMap<(Moment, u64), Waker>,
    next: u64,
}

impl ManualClock {
    /// Makes a clock at its origin.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the time on and wakes every sleeper whose moment has come, in order.
    pub fn advance(&self, span: Duration) {
        let due = {
            let mut shared = self.lock();
            shared.now = shared.now.after(span);
            let later = shared.now;
            let rest = shared.sleepers.split_off(&(later, u64::MAX));
            std::mem::replace(&mut shared.sleepers, rest)
        };
        for waker in due.into_values() {
            waker.wake();
        }
    }

    /// Sets the wall clock forward, and no sleeper notices: what administrators and time servers do, and what a machine finds
    /// that has been suspended.
    pub fn leap(&self, span: Duration) {
        let mut shared = self.lock();
        shared.leapt = shared.leapt.saturating_add(span);
    }

    /// Returns how many futures sleep on this clock.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.lock().sleepers.len()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.lock().now
    }

    fn wall(&self) -> SystemTime {
        let shared = self.lock();
        let passed = shared.now.since_origin().saturating_add(shared.leapt);
        SystemTime::UNIX_EPOCH + Duration::from_secs(WALL_ORIGIN) + passed
    }

    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()> {
        Box::pin(Sleep {
            clock: self.clone(),
            at,
            place: None,
        })
    }
}

struct Sleep {
    clock: ManualClock,
    at: Moment,
    place: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut shared = clock.lock();
        if shared.now >= self.at {
            return Poll::Ready(());
        }
        let place = *self.place.get_or_insert_with(|| {
            shared.next += 1;
            shared.next
        });
        shared.sleepers.insert((self.at, place), cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.clock.lock().sleepers.remove(&(self.at, place));
        }
    }
}

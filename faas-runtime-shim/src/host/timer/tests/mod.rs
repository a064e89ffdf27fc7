//! The scheduler on clocks that a test moves, and on leases that it looks into.

mod looks;
mod simulation;
mod stored;
mod ticks;

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, poll_immediate, ready};

use super::plan::Mark;
use super::{Lease, LeaseError, Sight, Take, Taken, Timer, run};
use crate::clock::{Clock, ManualClock, Moment};
use crate::function::{Missed, Overlap, Schedule, TimerSpec};
use crate::host::store::NewMessage;

/// A clock whose wall can be set, as people and time servers do.
#[derive(Clone, Debug, Default)]
struct Wall {
    steady: ManualClock,
    /// How far it is ahead, in seconds.
    ahead: Arc<Mutex<i64>>,
}

impl Wall {
    fn set(&self, by: i64) {
        *lock(&self.ahead) += by;
    }

    /// Seconds since the origin of the steady clock, as the wall shows them.
    fn second(&self) -> i64 {
        let steady = self.steady.now().since_origin().as_secs();
        i64::try_from(steady).expect("a short test") + *lock(&self.ahead)
    }
}

impl Clock for Wall {
    fn now(&self) -> Moment {
        self.steady.now()
    }

    fn wall(&self) -> SystemTime {
        let ahead = *lock(&self.ahead);
        let span = Duration::from_secs(ahead.unsigned_abs());
        if ahead < 0 {
            self.steady.wall() - span
        } else {
            self.steady.wall() + span
        }
    }

    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()> {
        self.steady.sleep_until(at)
    }
}

/// What is written down, and what was sent.
#[derive(Debug, Default)]
struct Book {
    marks: HashMap<Box<str>, (Mark, u64)>,
    sent: Vec<(Box<str>, NewMessage)>,
    pending: u64,
    /// What becomes of the next calls.
    fates: VecDeque<Fate>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Done,
    /// It fails, and nothing happens.
    Refused,
    /// It fails, and happens all the same.
    Unconfirmed,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Book>>);

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.0)
    }
}

impl Book {
    fn confirmed<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, LeaseError> {
        let fault = || LeaseError("the disk is gone".into());
        match self.fates.pop_front().unwrap_or(Fate::Done) {
            Fate::Done => Ok(act(self)),
            Fate::Refused => Err(fault()),
            Fate::Unconfirmed => {
                act(self);
                Err(fault())
            }
        }
    }

    fn take(&mut self, take: Take) -> Taken {
        let written = self.marks.get(&*take.timer).map(|(_, version)| *version);
        if written != take.version {
            return Taken::Others;
        }
        let next = (take.mark, written.unwrap_or(0) + 1);
        self.marks.insert((*take.timer).into(), next);
        let name: Box<str> = (*take.timer).into();
        self.sent
            .extend(take.ticks.into_iter().map(|tick| (name.clone(), tick)));
        Taken::Ours
    }
}

impl Lease for Shared {
    fn look(&self, timer: &str) -> BoxFuture<'static, Result<Sight, LeaseError>> {
        let mut book = self.book();
        let seen = book.confirmed(|book| {
            let written = book.marks.get(timer).copied();
            Sight {
                mark: written.map(|(mark, _)| mark),
                version: written.map(|(_, version)| version),
                pending: book.pending,
            }
        });
        ready(seen).boxed()
    }

    fn take(&self, take: Take) -> BoxFuture<'static, Result<Taken, LeaseError>> {
        ready(self.book().confirmed(|book| book.take(take))).boxed()
    }
}

/// One process that schedules; gone when it is dropped.
struct Instance(Pin<Box<dyn Future<Output = ()>>>);

impl Instance {
    fn start(clock: &Wall, timers: Vec<Timer>, lease: &Shared) -> Self {
        let (clock, lease) = (Arc::new(clock.clone()), Arc::new(lease.clone()));
        let mut instance = Self(Box::pin(run(clock, timers, lease, std::future::pending())));
        instance.works();
        instance
    }

    /// Lets it do what it can do before the clock moves on.
    #[track_caller]
    fn works(&mut self) {
        let done = poll_immediate(&mut self.0).now_or_never();
        assert_eq!(done, Some(None), "the scheduler has ended");
    }
}

fn timer(name: &str, schedule: Schedule, missed: Missed, overlap: Overlap) -> Timer {
    let spec = TimerSpec {
        schedule,
        timezone: None,
        jitter: Duration::ZERO,
        missed,
        overlap,
        prestart: Duration::ZERO,
    };
    Timer::new(name, &spec).expect("a schedule")
}

fn every(seconds: u64) -> Schedule {
    Schedule::Every(Duration::from_secs(seconds))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

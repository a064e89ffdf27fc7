//! The loop that sleeps until something is due, and sends it.
//!
//! All of its time comes from a [`Clock`]. It sleeps on the monotonic one, in short turns, since due times are moments of the
//! wall clock, which may be set meanwhile.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::super::pauses::Pauses;
use super::plan::{Look, plan};
use super::{Lease, LeaseError, Take, Taken, Timer, tick, timestamp};
use crate::clock::{Clock, Moment};

/// Sends the ticks of all timers, until `stop` completes.
///
/// # Cancel safety
///
/// What has been sent is written down with it, so it may be dropped at any time.
pub(crate) async fn run(
    clock: Arc<dyn Clock>,
    timers: Vec<Timer>,
    lease: Arc<dyn Lease>,
    stop: impl Future<Output = ()>,
) {
    let scheduler = Scheduler {
        watch: Watch::begin(&*clock),
        desks: timers.into_iter().map(Desk::new).collect(),
        clock,
        lease,
    };
    tokio::select! {
        biased;
        () = stop => {}
        () = scheduler.work() => {}
    }
}

struct Scheduler {
    clock: Arc<dyn Clock>,
    lease: Arc<dyn Lease>,
    watch: Watch,
    desks: Vec<Desk>,
}

impl Scheduler {
    async fn work(mut self) {
        loop {
            let (steady, now) = self.watch.look(&*self.clock);
            let awake = self.watch.awake;
            let waits = self.desks.iter().map(|desk| desk.wait(steady, now));
            let wait = waits.min().unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
            if !wait.is_zero() {
                self.clock.sleep_until(steady.after(wait)).await;
                continue;
            }
            let round = Round { steady, now, awake };
            let due = self.desks.iter_mut();
            let due = due.filter(|desk| desk.wait(steady, now).is_zero());
            join_all(due.map(|desk| desk.serve(&*self.lease, round))).await;
        }
    }
}

/// How soon it is seen that the wall clock was set.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);

/// Knows since when the scheduler has been awake.
struct Watch {
    /// The clocks when they were last read.
    read: (Moment, Timestamp),
    /// Since when it has been awake without a break: its start, or the last time that the wall clock ran ahead.
    awake: Timestamp,
}

impl Watch {
    fn begin(clock: &dyn Clock) -> Self {
        let now = timestamp(clock.wall());
        Self {
            read: (clock.now(), now),
            awake: now,
        }
    }

    /// Reads the clocks. A wall clock that is further than the time that has passed was set, or the machine was suspended.
    fn look(&mut self, clock: &dyn Clock) -> (Moment, Timestamp) {
        let (steady, now) = (clock.now(), timestamp(clock.wall()));
        let passed = SignedDuration::try_from(steady.since(self.read.0));
        let passed = passed.unwrap_or(SignedDuration::MAX);
        let ahead = now.duration_since(self.read.1).saturating_sub(passed);
        if ahead > LEAP {
            tracing::warn!(
                seconds = ahead.as_secs(),
                "the clock was set forwards, or the machine was suspended: due times between are missed"
            );
            self.awake = now;
        } else if ahead < -LEAP {
            tracing::warn!(
                seconds = -ahead.as_secs(),
                "the clock was set back: timers wait until it has come around"
            );
        }
        self.awake = self.awake.min(now);
        self.read = (steady, now);
        (steady, now)
    }
}

/// By how much a wall clock may be corrected without anything being missed.
const LEAP: SignedDuration = SignedDuration::from_secs(5);

/// The time of one look at all timers.
#[derive(Clone, Copy)]
struct Round {
    steady: Moment,
    now: Timestamp,
    awake: Timestamp,
}

/// A timer, and when it is looked at next.
struct Desk {
    timer: Timer,
    /// When it is due; never at the end of the calendar.
    next: Option<Timestamp>,
    /// Not before this, since the last look has failed.
    resume: Moment,
    pauses: Pauses,
}

impl Desk {
    fn new(timer: Timer) -> Self {
        Self {
            timer,
            next: Some(Timestamp::MIN),
            resume: Moment::default(),
            pauses: Pauses::default(),
        }
    }

    /// How long it is until the timer is looked at.
    fn wait(&self, steady: Moment, now: Timestamp) -> Duration {
        let due = self.next.map_or(Duration::MAX, |next| {
            Duration::try_from(next.duration_since(now)).unwrap_or_default()
        });
        due.max(self.resume.since(steady))
    }

    async fn serve(&mut self, lease: &dyn Lease, round: Round) {
        match self.look(lease, round).await {
            Ok(()) => self.pauses = Pauses::default(),
            Err(error) => {
                tracing::error!(
                    timer = &*self.timer.name,
                    "due times wait, since it cannot be written down which were served: {error}"
                );
                self.resume = round.steady.after(self.pauses.next());
            }
        }
    }

    async fn look(&mut self, lease: &dyn Lease, round: Round) -> Result<(), LeaseError> {
        let Round { now, awake, .. } = round;
        let sight = lease.look(&self.timer.name).await?;
        let look = Look {
            mark: sight.mark,
            now,
            awake,
            pending: sight.pending,
        };
        let plan = plan(&self.timer.times, self.timer.policy, look);
        let Some(mark) = plan.mark else {
            self.next = plan.next;
            return Ok(());
        };
        let ticks = plan.ticks.iter();
        let take = Take {
            timer: Arc::clone(&self.timer.name),
            version: sight.version,
            mark,
            ticks: ticks
                .map(|due| tick::encode(&self.timer, *due, now))
                .collect(),
        };
        match lease.take(take).await? {
            Taken::Ours => self.next = plan.next,
            // what they have written may leave something to us
            Taken::Others => self.resume = round.steady.after(Pauses::SHORTEST),
        }
        Ok(())
    }
}

//! The host's own scheduler: at each due time of a timer function it puts a tick into the timer's channel, from which it runs
//! like any message.
//!
//! `schedule` knows when a timer is due, `plan` what follows from that; both are pure. `scheduler` sleeps, looks and sends. What
//! it has done stands behind a [`Lease`], so that a restart goes on where the last process stopped, and of several instances one
//! sends. Nothing here runs a function.

mod feed;
mod lease;
mod plan;
pub(crate) mod schedule;
mod scheduler;
mod stored;
#[cfg(test)]
mod tests;
mod tick;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

pub(crate) use self::feed::Ticks;
pub(crate) use self::lease::{Lease, LeaseError, Sight, Take, Taken};
use self::plan::Policy;
use self::schedule::DueTimes;
pub(crate) use self::schedule::ScheduleError;
pub(crate) use self::scheduler::run;
pub(crate) use self::stored::StoredLease;
pub(crate) use self::tick::{decode, unplanned};
use crate::config::Period;
use crate::function::{Schedule, TimerSpec};

/// A timer function as its scheduler knows it.
#[derive(Clone, Debug)]
pub(crate) struct Timer {
    /// The name of the function.
    name: Arc<str>,
    times: DueTimes,
    policy: Policy,
    /// Up to how much later than due it starts.
    jitter: Duration,
    /// The schedule as people read it: the cron text, or `every 5m`.
    schedule: String,
    /// The zone of the cron text.
    timezone: Option<&'static str>,
}

impl Timer {
    /// Makes a timer of what its function's annotation says.
    ///
    /// # Errors
    ///
    /// The schedule or its time zone is none, or it never comes due.
    pub(crate) fn new(name: &str, spec: &TimerSpec) -> Result<Self, ScheduleError> {
        Ok(Self {
            name: name.into(),
            times: DueTimes::new(&spec.schedule, spec.timezone)?,
            policy: Policy {
                missed: spec.missed,
                overlap: spec.overlap,
            },
            jitter: spec.jitter,
            schedule: match spec.schedule {
                Schedule::Cron(text) => text.to_owned(),
                Schedule::Every(distance) => format!("every {}", Period::new(distance)),
            },
            timezone: spec.timezone,
        })
    }

    /// Returns the name of its function.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the schedule as people read it: the cron text, or `every 5m`.
    pub(crate) fn schedule(&self) -> &str {
        &self.schedule
    }

    /// Returns the time zone of the cron text.
    pub(crate) fn timezone(&self) -> Option<&'static str> {
        self.timezone
    }

    /// Returns the next due times, the earliest first.
    pub(crate) fn upcoming(&self, now: SystemTime, most: usize) -> Vec<SystemTime> {
        let first = self.times.after(timestamp(now));
        std::iter::successors(first, |due| self.times.after(*due))
            .take(most)
            .map(SystemTime::from)
            .collect()
    }
}

/// Returns the name of the queue that a timer's ticks wait in.
pub(crate) fn channel(timer: &str) -> Box<str> {
    format!("{CHANNEL}{timer}").into()
}

/// Before the timer's name stands this.
pub(crate) const CHANNEL: &str = "timer:";

/// The moment of a wall clock; one that no calendar has becomes the nearest that it has.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(if time < SystemTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

//! The time that is written down.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use super::model::{Millis, after};
use crate::clock::{Clock, Moment};

/// The time of commits: the wall clock's, but it never runs back by less than a day. Where the wall clock is set back, it goes
/// on at the pace of the monotonic clock, so that delays and leases end as if nothing had happened. By more than a day it is
/// no clock that runs a little wrong: what it said before was not the time, and nothing may be put off until then.
pub(super) struct Time {
    clock: Arc<dyn Clock>,
    /// When it was last read, and what it was then, since the epoch.
    last: (Moment, Duration),
}

impl Time {
    pub(super) fn of(clock: Arc<dyn Clock>) -> Self {
        let last = (clock.now(), Duration::ZERO);
        Self { clock, last }
    }

    /// Returns the monotonic time.
    pub(super) fn steady(&self) -> Moment {
        self.clock.now()
    }

    /// Returns the time of a commit that begins now.
    pub(super) fn read(&mut self) -> Millis {
        let moment = self.clock.now();
        let steady = self.last.1.saturating_add(moment.since(self.last.0));
        let wall = self
            .clock
            .wall()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let is_slip = steady.saturating_sub(wall) <= FARTHEST_BACK;
        let now = if is_slip { wall.max(steady) } else { wall };
        self.last = (moment, now);
        after(0, u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }
}

/// As far as a clock is set back that was merely fast.
const FARTHEST_BACK: Duration = Duration::from_secs(24 * 60 * 60);

//! Due times at equal distances.

use std::time::Duration;

use jiff::Timestamp;

use super::ScheduleError;

/// The whole multiples of a number of nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Every(i128);

impl Every {
    pub(super) fn new(distance: Duration) -> Result<Self, ScheduleError> {
        let fault = |found| ScheduleError::Every { found };
        match i128::try_from(distance.as_nanos()) {
            Ok(0) => Err(fault("zero")),
            Ok(nanos) if nanos < LONGEST => Ok(Self(nanos)),
            _ => Err(fault("too long")),
        }
    }

    pub(super) fn after(self, moment: Timestamp) -> Option<Timestamp> {
        self.at(self.number(moment) + 1)
    }

    /// How many there are later than `last` until `now`, and a moment that only the `most` latest are later than.
    pub(super) fn latest(self, last: Timestamp, now: Timestamp, most: usize) -> (u64, Timestamp) {
        let (first, end) = (self.number(last), self.number(now));
        let most = i128::try_from(most).unwrap_or(i128::MAX);
        let start = first.max(end.saturating_sub(most));
        let count = u64::try_from(end - first).unwrap_or(u64::MAX);
        (count, self.at(start).unwrap_or(last))
    }

    /// The number of the last one that is not later.
    fn number(self, moment: Timestamp) -> i128 {
        moment.as_nanosecond().div_euclid(self.0)
    }

    fn at(self, number: i128) -> Option<Timestamp> {
        Timestamp::from_nanosecond(number.checked_mul(self.0)?).ok()
    }
}

/// 7000 years: a timer that is due once more before the calendar ends with the year 9999.
const LONGEST: i128 = 7000 * 365 * 86_400 * 1_000_000_000;

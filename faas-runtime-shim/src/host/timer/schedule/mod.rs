//! When a timer comes due: the moments that a cron text or a distance means, in the zone that it is meant in.
//!
//! Pure: moments come in as arguments, and nothing here knows whether a due time was served. Start at [`DueTimes`]. A cron
//! text goes through `dialect` into `pattern`, which knows a calendar but no zone; `zoned` lays that calendar along the zone's
//! clock, with its gaps and overlaps.

mod dialect;
mod error;
mod every;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod pattern;
#[cfg(test)]
mod tests;
mod zoned;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub(crate) use self::error::ScheduleError;
use self::every::Every;
use self::pattern::Pattern;
use self::zoned::Zoned;
use crate::function::Schedule;

/// The due times of a timer.
///
/// Those of `every = d` are the whole multiples of `d` since the Unix epoch: instances and restarts agree on them without a
/// word. Those of a cron text are what a clock on the wall of its zone shows, and where that clock is changed:
///
/// - *Fixed times*, with neither `*` nor `-` nor `/` in second, minute and hour (`30 2 * * *`, `0 2,14 * * *`, `@daily`): what
///   the clock leaps over is due once when the gap ends, what it shows twice is due the first time alone. A whole day that a
///   country leaves out (Samoa, 30 December 2011) has no due times.
/// - *Intervals* (`*/10 * * * *`, `0 8-18 * * *`, `@hourly`) follow the time that really passes: what the clock leaps over does
///   not exist, what it shows twice is due twice.
#[derive(Clone, Debug)]
pub(crate) struct DueTimes(Rule);

#[derive(Clone, Debug)]
enum Rule {
    Every(Every),
    Cron(Box<Zoned>),
}

/// The due times of a span.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Passed {
    /// How many there are.
    pub(crate) count: u64,
    /// The latest of them, the earliest first.
    pub(crate) latest: Vec<Timestamp>,
}

impl DueTimes {
    /// Reads a schedule; without a time zone it is meant in UTC.
    ///
    /// # Errors
    ///
    /// It is not one, or it never comes due.
    pub(crate) fn new(schedule: &Schedule, timezone: Option<&str>) -> Result<Self, ScheduleError> {
        let zone = match timezone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| ScheduleError::Zone {
                name: name.to_owned(),
            })?,
        };
        let rule = match *schedule {
            Schedule::Every(distance) => Rule::Every(Every::new(distance)?),
            Schedule::Cron(text) => Rule::Cron(Box::new(Zoned::new(Pattern::read(text)?, zone))),
        };
        Ok(Self(rule))
    }

    /// Returns the first due time that is later than `moment`; `None` at the end of the calendar.
    pub(crate) fn after(&self, moment: Timestamp) -> Option<Timestamp> {
        match &self.0 {
            Rule::Every(every) => every.after(moment),
            Rule::Cron(zoned) => zoned
                .after(second(moment))
                .and_then(|due| Timestamp::from_second(due).ok()),
        }
    }

    /// Returns what came due later than `last` and not later than `now`: how much, and the `most` latest. Nothing is told of
    /// what is more than fifty years ago, as for a machine that has lost its clock.
    pub(crate) fn between(&self, last: Timestamp, now: Timestamp, most: usize) -> Passed {
        let last = last.max(
            now.saturating_sub(LONGEST_ABSENCE)
                .unwrap_or(Timestamp::MIN),
        );
        if now <= last {
            return Passed::default();
        }
        let (count, start) = match &self.0 {
            Rule::Every(every) => every.latest(last, now, most),
            Rule::Cron(zoned) => {
                let (count, start) = zoned.latest(second(last), second(now), most);
                (count, Timestamp::from_second(start).unwrap_or(last))
            }
        };
        let latest = std::iter::successors(self.after(start), |due| self.after(*due))
            .take_while(|due| *due <= now)
            .take(most);
        Passed {
            count,
            latest: latest.collect(),
        }
    }
}

/// Cron texts are counted day by day.
const LONGEST_ABSENCE: SignedDuration = SignedDuration::from_hours(50 * 365 * 24);

/// The whole second that a moment lies in.
fn second(moment: Timestamp) -> i64 {
    moment.as_second() - i64::from(moment.subsec_nanosecond() < 0)
}

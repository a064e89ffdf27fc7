//! A cron text as a calendar without a zone: which seconds of which days it names. croner decides; here its answers become
//! numbers that can be counted with.
//!
//! A *local second* is a second since 1970-01-01T00:00:00 on a clock that is never changed.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::ScheduleError;
use super::dialect::translate;

/// A cron text.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    cron: Cron,
    /// Whether it names times of the day, and not a rhythm.
    pub(super) fixed: bool,
    seconds: Vec<u16>,
    minutes: Vec<u16>,
    hours: Vec<u16>,
}

impl Pattern {
    pub(super) fn read(text: &str) -> Result<Self, ScheduleError> {
        let fault = |fault: String| ScheduleError::Cron {
            text: text.to_owned(),
            fault,
        };
        // croner takes such a list for one of nothing, and looks for it until the end of its calendar
        let is_gapped = |field: &str| field.split(',').any(str::is_empty);
        if text.split_whitespace().any(is_gapped) {
            return Err(fault("a list in it has an empty place".to_owned()));
        }
        let fields = text.split_whitespace().count();
        let translated = translate(text).ok_or_else(|| fault(format!("it has {fields} fields")))?;
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(&translated.text)
            .map_err(|error| fault(error.to_string()))?;
        let pattern = Self {
            fixed: translated.fixed,
            seconds: cron.pattern.seconds.values(),
            minutes: cron.pattern.minutes.values(),
            hours: cron.pattern.hours.values(),
            cron,
        };
        match pattern.from(0) {
            Some(_) => Ok(pattern),
            None => Err(ScheduleError::Never {
                text: text.to_owned(),
            }),
        }
    }

    /// Returns the first local second from this one on that it names; `None` at the end of croner's calendar.
    pub(super) fn from(&self, second: i64) -> Option<i64> {
        let start = EPOCH.checked_add(SignedDuration::from_secs(second)).ok()?;
        let found = self.cron.find_next_occurrence(&start, true).ok()?;
        Some(found.duration_since(EPOCH).as_secs())
    }

    /// Counts the local seconds that it names, from `start` on, before `end`.
    pub(super) fn count(&self, start: i64, end: i64) -> u64 {
        let mut count = 0;
        let mut start = start;
        while start < end {
            let Some(found) = self.from(start).filter(|found| *found < end) else {
                break;
            };
            let midnight = found - found.rem_euclid(DAY);
            start = midnight + DAY;
            let until = start.min(end);
            count += self.before(until - midnight) - self.before(found - midnight);
        }
        count
    }

    /// Counts the seconds of a day that it names, before this one.
    fn before(&self, second: i64) -> u64 {
        let (hours, hour) = split(&self.hours, second / 3600);
        let (minutes, minute) = split(&self.minutes, second / 60 % 60);
        let (seconds, _) = split(&self.seconds, second % 60);
        let (per_minute, per_hour) = (self.seconds.len(), self.minutes.len() * self.seconds.len());
        let within = minutes * per_minute + if minute { seconds } else { 0 };
        (hours * per_hour + if hour { within } else { 0 }) as u64
    }
}

/// How many values are below this one, and whether it is among them.
fn split(values: &[u16], value: i64) -> (usize, bool) {
    match values.binary_search_by_key(&value, |known| i64::from(*known)) {
        Ok(below) => (below, true),
        Err(below) => (below, false),
    }
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

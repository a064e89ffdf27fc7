//! A calendar along the clock of a time zone, which is set forwards (a gap) and back (an overlap).
//!
//! Between two changes a zone's clock is as far from UTC all the time: a [`Stretch`]. Within it each local second happens once
//! and the calendar can be asked directly, so that only what lies at the ends needs a rule.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::pattern::{DAY, Pattern};

/// A cron text in its zone. Moments are seconds since the Unix epoch.
#[derive(Clone, Debug)]
pub(super) struct Zoned {
    pattern: Pattern,
    zone: TimeZone,
}

/// A time without a change of the clock.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    /// How far the clock is ahead of UTC, in seconds.
    offset: i64,
    /// The first local second that the clock has not shown already before this stretch.
    fresh: i64,
    /// Its end, if it has one.
    end: Option<Change>,
}

/// A change of the clock.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// The first moment after it.
    at: i64,
    /// How far the clock is ahead of UTC from then on, in seconds.
    offset: i64,
}

impl Zoned {
    pub(super) fn new(pattern: Pattern, zone: TimeZone) -> Self {
        Self { pattern, zone }
    }

    /// Returns the first due time that is later.
    pub(super) fn after(&self, moment: i64) -> Option<i64> {
        let mut stretch = self.stretch(moment)?;
        let mut from = moment.checked_add(1)?;
        let mut known = None;
        loop {
            let local = self.local(&stretch, from);
            // most changes of the clock are far from the due time, which then stays the same
            let found = match known {
                Some((asked, found)) if (asked..=found).contains(&local) => found,
                _ => self.pattern.from(local)?,
            };
            known = Some((local, found));
            let due = found - stretch.offset;
            match stretch.end {
                None => return Some(due),
                Some(end) if due < end.at => return Some(due),
                Some(end) if self.pattern.fixed && end.leaps_over(found, stretch.offset) => {
                    return Some(end.at);
                }
                Some(end) => {
                    from = end.at;
                    stretch = self.next(stretch.offset, end);
                }
            }
        }
    }

    /// How many due times there are later than `last` until `now`, and a moment that only the `most` latest are later than.
    pub(super) fn latest(&self, last: i64, now: i64, most: usize) -> (u64, i64) {
        let most = u64::try_from(most).unwrap_or(u64::MAX);
        let count = self.count(last, now);
        if count <= most {
            return (count, last);
        }
        // more than `most` are later than `early`, and no more than that are later than `late`
        let (mut early, mut late) = (last, now);
        while late - early > 1 {
            let middle = early + (late - early) / 2;
            if self.count(middle, now) > most {
                early = middle;
            } else {
                late = middle;
            }
        }
        (count, late)
    }

    /// Counts the due times that are later than `last` until `now`; takes a step for each day, however many they are.
    fn count(&self, last: i64, now: i64) -> u64 {
        let Some(mut stretch) = self.stretch(last) else {
            return 0;
        };
        let mut count = 0;
        let mut from = last + 1;
        loop {
            let local = self.local(&stretch, from);
            let Some(end) = stretch.end.filter(|end| end.at <= now) else {
                return count + self.pattern.count(local, now + 1 + stretch.offset);
            };
            count += self.pattern.count(local, end.at + stretch.offset);
            if self.pattern.fixed && self.is_made_up(end, stretch.offset) {
                count += 1;
            }
            from = end.at;
            stretch = self.next(stretch.offset, end);
        }
    }

    /// Whether a gap's end is due only since the clock leaps over a due time there.
    fn is_made_up(&self, end: Change, before: i64) -> bool {
        let (leapt, after) = (end.at + before, end.at + end.offset);
        let found = self.pattern.from(leapt);
        found.is_some_and(|found| end.leaps_over(found, before))
            && self.pattern.from(after) != Some(after)
    }

    /// The local second of `from` or, for fixed times, the first one behind it that is not shown again.
    fn local(&self, stretch: &Stretch, from: i64) -> i64 {
        let local = from + stretch.offset;
        if self.pattern.fixed {
            local.max(stretch.fresh)
        } else {
            local
        }
    }

    /// The stretch that a moment lies in.
    fn stretch(&self, moment: i64) -> Option<Stretch> {
        let timestamp = Timestamp::from_second(moment).ok()?;
        let offset = self.offset(timestamp);
        let next = timestamp.checked_add(SECOND).ok()?;
        let change = self.zone.preceding(next).next();
        let fresh = change.map_or(i64::MIN, |change| {
            let before = change.timestamp().checked_sub(SECOND);
            let before = before.map_or(offset, |before| self.offset(before));
            change.timestamp().as_second() + before.max(offset)
        });
        Some(Stretch {
            offset,
            fresh,
            end: self.change_after(timestamp),
        })
    }

    /// The stretch that a change begins.
    fn next(&self, before: i64, change: Change) -> Stretch {
        let at = Timestamp::from_second(change.at);
        Stretch {
            offset: change.offset,
            fresh: change.at + before.max(change.offset),
            end: at.ok().and_then(|at| self.change_after(at)),
        }
    }

    fn change_after(&self, moment: Timestamp) -> Option<Change> {
        let change = self.zone.following(moment).next()?;
        Some(Change {
            at: change.timestamp().as_second(),
            offset: change.offset().seconds().into(),
        })
    }

    fn offset(&self, moment: Timestamp) -> i64 {
        self.zone.to_offset(moment).seconds().into()
    }
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

impl Change {
    /// Whether the clock never shows this local second, which is not before the change, since it is set forwards. It is not
    /// made up for where a whole day is left out.
    fn leaps_over(self, local: i64, before: i64) -> bool {
        self.offset - before < DAY && local < self.at + self.offset
    }
}

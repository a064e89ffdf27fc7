//! What a timer does when its scheduler looks at it: which ticks it sends, which due times it leaves out, and when it is looked
//! at again.
//!
//! Pure: whoever looks says what time it is, since when it has been awake, and what it found written down. A due time that came
//! while a scheduler was awake is *on time*, however late the look is; one that came before is *missed*. Start at [`plan`].

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use super::schedule::DueTimes;
use crate::function::{Missed, Overlap};

/// What a timer does about due times that cannot simply run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Policy {
    /// What becomes of due times at which no scheduler was awake.
    pub(crate) missed: Missed,
    /// What becomes of a due time while the last run goes on.
    pub(crate) overlap: Overlap,
}

/// How far a timer has come; what is written down of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mark {
    /// The last due time that has been dealt with; at first the start of the first scheduler.
    pub(crate) last: Timestamp,
    /// How many due times have been left out since the last tick.
    pub(crate) left_out: u32,
    /// The due time of the last tick, once there was one.
    pub(crate) served: Option<Timestamp>,
}

/// What a scheduler sees when it looks at a timer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Look {
    /// What is written down; nothing for a new timer.
    pub(crate) mark: Option<Mark>,
    /// The time.
    pub(crate) now: Timestamp,
    /// Since when it has been awake, not later than now.
    pub(crate) awake: Timestamp,
    /// How many ticks wait or run.
    pub(crate) pending: u64,
}

/// What a timer does next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Plan {
    /// What is sent, the earliest first.
    pub(crate) ticks: Vec<Due>,
    /// What is written down together with that; `None` leaves it as it is.
    pub(crate) mark: Option<Mark>,
    /// When something is due next.
    pub(crate) next: Option<Timestamp>,
}

/// A due time that is served.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Due {
    /// The due time.
    pub(crate) at: Timestamp,
    /// How many due times before it were not served since the last that was.
    pub(crate) missed: u32,
}

/// Decides what a timer does.
pub(crate) fn plan(times: &DueTimes, policy: Policy, look: Look) -> Plan {
    let Look { mark, now, .. } = look;
    let mark = match mark {
        Some(mark) if mark.last <= later(now, FARTHEST_BACK) => mark,
        begun => {
            return Plan {
                ticks: Vec::new(),
                mark: Some(Mark {
                    last: now,
                    left_out: begun.map_or(0, |mark| mark.left_out),
                    served: begun.and_then(|mark| mark.served),
                }),
                next: times.after(now),
            };
        }
    };
    let (ticks, after) = served(times, policy, look, mark);
    Plan {
        ticks,
        mark: (after != mark).then_some(after),
        next: times.after(now.max(after.last)),
    }
}

/// What is sent, and how far the timer has come then.
fn served(times: &DueTimes, policy: Policy, look: Look, mark: Mark) -> (Vec<Due>, Mark) {
    let awake = look.awake.min(look.now);
    let mut missed = times.between(mark.last, awake, MOST);
    let mut on_time = times.between(mark.last.max(awake), look.now, MOST);
    let handled = on_time.latest.last().or(missed.latest.last()).copied();
    let mut line = Line {
        ticks: Vec::new(),
        left_out: u64::from(mark.left_out),
    };
    match policy.missed {
        Missed::Once => line.latest(missed.count, &missed.latest, 1),
        Missed::All => line.latest(missed.count, &missed.latest, MOST),
        Missed::Skip => {
            let late = missed.latest.last().copied();
            if let Some(late) = late.filter(|late| later(*late, GRACE) >= look.now) {
                missed.count -= 1;
                on_time.count += 1;
                on_time.latest.insert(0, late);
            }
            line.latest(missed.count, &[], 0);
        }
    }
    let busy = look.pending + line.ticks.len() as u64;
    let room = match policy.overlap {
        Overlap::Skip => usize::from(busy == 0),
        Overlap::Queue | Overlap::Allow => {
            MOST.saturating_sub(usize::try_from(busy).unwrap_or(MOST))
        }
    };
    line.latest(on_time.count, &on_time.latest, room);
    let after = Mark {
        last: handled.unwrap_or(mark.last),
        left_out: u32::try_from(line.left_out).unwrap_or(u32::MAX),
        served: line.ticks.last().map(|due| due.at).or(mark.served),
    };
    (line.ticks, after)
}

/// Ticks, and how many due times have been left out since the last of them.
struct Line {
    ticks: Vec<Due>,
    left_out: u64,
}

impl Line {
    /// Of `count` due times, whose latest are these, serves the `most` latest; the first says how many were left out.
    fn latest(&mut self, count: u64, latest: &[Timestamp], most: usize) {
        let served = &latest[latest.len().saturating_sub(most)..];
        self.left_out = self
            .left_out
            .saturating_add(count)
            .saturating_sub(served.len() as u64);
        for at in served {
            let missed = u32::try_from(std::mem::take(&mut self.left_out)).unwrap_or(u32::MAX);
            self.ticks.push(Due { at: *at, missed });
        }
    }
}

/// The most ticks that are sent at once, and that wait at once: what a timer makes stays small, whatever its schedule.
pub(crate) const MOST: usize = 1000;

/// With `missed = skip`, a due time that came so shortly before the scheduler awoke is on time: where one instance follows
/// another, each would leave it to the other.
const GRACE: SignedDuration = SignedDuration::from_secs(5);

/// A clock that was wrong and is set back must not repeat due times. One that was wrong by more than a mistaken time zone was
/// wrong altogether, and waiting for it to come around would stop the timer for years.
const FARTHEST_BACK: SignedDuration = SignedDuration::from_hours(24);

fn later(moment: Timestamp, span: SignedDuration) -> Timestamp {
    moment.checked_add(span).unwrap_or(Timestamp::MAX)
}

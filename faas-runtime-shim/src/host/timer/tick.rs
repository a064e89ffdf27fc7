//! Ticks on their way through a channel: what is stored of a due time, and what a function gets of it. Pure.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::Timer;
use super::plan::Due;
use super::{channel, timestamp};
use crate::host::store::{Content, NewMessage};
use crate::invocation::{Attributes, Payload, Tick};
use crate::rfc3339;

/// What is stored of a due time that is served `now`. It can be claimed once its share of the jitter is over.
pub(super) fn encode(timer: &Timer, due: Due, now: Timestamp) -> NewMessage {
    let start = jitter(timer, due.at);
    let late = Duration::try_from(now.duration_since(due.at)).unwrap_or_default();
    let delay = start.saturating_sub(late).as_nanos().div_ceil(1_000_000);
    NewMessage {
        content: content(timer, due),
        delay: u64::try_from(delay).unwrap_or(u64::MAX),
        ..NewMessage::default()
    }
}

/// What is stored of a run that is asked for beside the schedule.
pub(crate) fn unplanned(timer: &Timer, now: SystemTime) -> NewMessage {
    let due = Due {
        at: timestamp(now),
        missed: 0,
    };
    NewMessage {
        content: Content {
            idempotency_key: None,
            ..content(timer, due)
        },
        ..NewMessage::default()
    }
}

fn content(timer: &Timer, due: Due) -> Content {
    let at = rfc3339::format(due.at.into());
    let mut attributes = Attributes::default();
    let key = format!("{}@{at}", timer.name);
    attributes.push(DUE, at);
    attributes.push(SCHEDULE, timer.schedule.clone());
    if let Some(zone) = timer.timezone {
        attributes.push(TIMEZONE, zone.to_owned());
    }
    if due.missed > 0 {
        attributes.push(MISSED, due.missed.to_string());
    }
    Content {
        attributes,
        idempotency_key: Some(key.into()),
        ..Content::default()
    }
}

/// Reads a tick; without a due time it is due when it was `sent`.
///
/// # Errors
///
/// It is not what a scheduler sends.
pub(crate) fn decode(timer: &str, content: &Content, sent: SystemTime) -> Result<Tick, TickError> {
    let attribute = |name: &'static str| content.attributes.get(name);
    let due = match attribute(DUE) {
        None => sent,
        Some(text) => rfc3339::parse(text).ok_or_else(|| TickError {
            queue: channel(timer),
            name: DUE,
            found: text.chars().take(MOST_SHOWN).collect(),
            expected: "a time such as `2026-03-29T01:00:00Z`",
        })?,
    };
    let missed = match attribute(MISSED) {
        None => 0,
        Some(text) => text.parse().map_err(|_| TickError {
            queue: channel(timer),
            name: MISSED,
            found: text.chars().take(MOST_SHOWN).collect(),
            expected: "a number",
        })?,
    };
    Ok(Tick {
        timer: timer.into(),
        due,
        schedule: attribute(SCHEDULE).map(Into::into),
        timezone: attribute(TIMEZONE).map(Into::into),
        missed,
        payload: Payload {
            body: content.body.clone().unwrap_or_default(),
            media_type: content.media_type.clone(),
        },
    })
}

/// A message in a timer's channel that is not a tick.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{queue}` holds a message whose attribute `{name}` is `{found}`: expected {expected}")]
pub(crate) struct TickError {
    queue: Box<str>,
    name: &'static str,
    found: String,
    expected: &'static str,
}

/// How much of an attribute a message shows.
const MOST_SHOWN: usize = 40;

/// The planned time, as RFC 3339 writes it.
const DUE: &str = "due";
/// How many due times were left out before it; without it none.
const MISSED: &str = "missed";
/// The schedule as people read it.
const SCHEDULE: &str = "schedule";
/// The zone of the cron text, if it is not UTC by default.
const TIMEZONE: &str = "timezone";

/// How much later than due it starts: another span for each due time, but the same one for whoever asks.
fn jitter(timer: &Timer, due: Timestamp) -> Duration {
    let due = due.as_nanosecond().to_le_bytes();
    let hash = timer
        .name
        .bytes()
        .chain(due)
        .fold(FNV_OFFSET, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
        });
    // FNV's upper bits change too little with the last byte, and those are what is taken
    let hash = (hash ^ (hash >> 32)).wrapping_mul(MIX);
    let hash = u128::from(hash ^ (hash >> 32));
    let span = timer.jitter.as_nanos().min(u64::MAX.into());
    // what is below the whole range of a hash, in proportion
    Duration::from_nanos(u64::try_from((span * hash) >> 64).unwrap_or(u64::MAX))
}

/// FNV-1a, 64 bits: offset basis and prime (draft-eastlake-fnv, section 5).
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
/// Any odd number with about as many ones as zeros: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

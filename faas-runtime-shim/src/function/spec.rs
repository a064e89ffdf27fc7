//! What a trigger is told by its annotation: which queue, when, which objects, and what becomes of failures.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::invocation::{ChangeKind, ObjectKind};

/// What a queue function takes, and what becomes of failures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueSpec {
    /// The logical name of the queue, stream or topic.
    pub queue: &'static str,
    /// The most deliveries of one call; none leaves it to the sender.
    pub batch: Option<NonZeroU32>,
    /// How failures are repeated, where that is ours to decide.
    pub retry: RetryPolicy,
    /// The logical name of the queue for what is rejected or has failed too often.
    pub dead_letter: Option<&'static str>,
    /// Whether deliveries of one key are handled in their order.
    pub ordered: bool,
    /// Whether the handler takes a batch as a whole.
    pub whole_batch: bool,
}

/// How often and how soon a failed delivery is tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts there are, the first included.
    pub max: NonZeroU32,
    /// How long after the first failure the second attempt begins.
    pub delay: Duration,
    /// What the delay is multiplied by after each further failure.
    pub factor: NonZeroU32,
    /// The longest delay.
    pub cap: Duration,
}

impl RetryPolicy {
    /// Five attempts, after 1, 2, 4 and 8 seconds.
    pub const DEFAULT: Self = Self {
        max: NonZeroU32::new(5).expect("not zero"),
        delay: Duration::from_secs(1),
        factor: NonZeroU32::new(2).expect("not zero"),
        cap: Duration::from_secs(300),
    };
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How a task function is tried, and for how long its answer is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TaskSpec {
    /// How failures are repeated.
    pub retry: RetryPolicy,
    /// The higher begins first, where the sender does not say otherwise.
    pub priority: i16,
    /// How long it is known what became of a task.
    pub keep: Duration,
}

/// When a timer function runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimerSpec {
    /// The due times.
    pub schedule: Schedule,
    /// The IANA name of the time zone that a cron text is meant in; UTC without one.
    pub timezone: Option<&'static str>,
    /// Up to how much later than due it starts, by a number that differs from due time to due time.
    pub jitter: Duration,
    /// What becomes of due times at which nothing could run.
    pub missed: Missed,
    /// What becomes of a due time while the last run goes on.
    pub overlap: Overlap,
    /// How long before the due time an instance is made ready.
    pub prestart: Duration,
}

/// The due times of a timer.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Schedule {
    /// By a cron text of five fields, or of six with the seconds first.
    Cron(&'static str),
    /// At equal distances.
    Every(Duration),
}

/// What becomes of due times at which nothing could run.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missed {
    /// They are left out.
    Skip,
    /// One run makes up for all of them.
    Once,
    /// Each is made up for.
    All,
}

/// What becomes of a due time while the last run goes on.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Overlap {
    /// It is left out.
    Skip,
    /// It runs after the last one.
    Queue,
    /// It runs beside it.
    Allow,
}

/// Which objects a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ObjectSpec {
    /// The logical name of the bucket or folder.
    pub bucket: &'static str,
    /// What must have happened; nothing means anything.
    pub on: &'static [ObjectKind],
    /// What the key begins with.
    pub prefix: &'static str,
    /// What the key ends with.
    pub suffix: &'static str,
}

/// Which changes a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BinlogSpec {
    /// The logical name of the table: `shop.orders`.
    pub table: &'static str,
    /// What must have happened; nothing means anything.
    pub on: &'static [ChangeKind],
}

/// Which events a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EventSpec {
    /// The `type`; a `*` at its end stands for any rest.
    pub kind: &'static str,
    /// The `source`; none means any.
    pub source: Option<&'static str>,
}

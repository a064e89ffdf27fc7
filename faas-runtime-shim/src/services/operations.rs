//! What waits, what was given up, and what is planned: for whoever runs the service.

use std::fmt;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;

use crate::invocation::Delivery;

/// Looks into queues and timers, and sets them going again.
pub trait Operations: fmt::Debug + Send + Sync {
    /// Tells how full the queues are: those of functions, and those that were written to.
    fn queues(&self) -> BoxFuture<'static, Result<Vec<QueueState>, OperationsError>>;

    /// Shows messages without taking them.
    fn peek(
        &self,
        queue: &str,
        stage: Stage,
        most: u32,
    ) -> BoxFuture<'static, Result<Vec<Shown>, OperationsError>>;

    /// Takes dead letters back into their queue, and returns how many.
    fn redrive(
        &self,
        queue: &str,
        which: DeadLetters,
    ) -> BoxFuture<'static, Result<u64, OperationsError>>;

    /// Removes messages for good, at most so many, and returns how many.
    fn purge(
        &self,
        queue: &str,
        what: Purged,
        most: u32,
    ) -> BoxFuture<'static, Result<u64, OperationsError>>;

    /// Tells when the timers run.
    fn timers(&self) -> BoxFuture<'static, Result<Vec<TimerState>, OperationsError>>;

    /// Lets a timer run now, beside its schedule.
    fn run_now(&self, timer: &str) -> BoxFuture<'static, Result<(), OperationsError>>;
}

/// How full a queue is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct QueueState {
    /// Its name; what waits for a timer, an object or a task function is in `timer:NAME`, `object:NAME`, `task:NAME`.
    pub queue: Box<str>,
    /// The function that takes from it, if one does here.
    pub function: Option<&'static str>,
    /// Messages that could be taken.
    pub ready: u64,
    /// Messages that are not due yet.
    pub delayed: u64,
    /// Messages that are being handled.
    pub leased: u64,
    /// Messages that were given up.
    pub dead: u64,
    /// How long the first of the ready ones has waited.
    pub lag: Option<Duration>,
    /// How many messages it may hold that are not done.
    pub limit: Option<u64>,
}

/// Where a message stands.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stage {
    /// It can be taken.
    Ready,
    /// It is not due yet.
    Delayed,
    /// It is being handled.
    Leased,
    /// It was given up.
    Dead,
}

/// A message as it stands in its queue.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The message; its attempt is how often it was tried.
    pub delivery: Delivery,
    /// The higher is taken first.
    pub priority: i16,
    /// From when on it can be taken, or until when it is being handled.
    pub due: SystemTime,
    /// When it was given up.
    pub died: Option<SystemTime>,
    /// Why it was given up.
    pub reason: Option<Box<str>>,
    /// The attempts that failed, the earliest first.
    pub history: Vec<FailedAttempt>,
}

/// An attempt that failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailedAttempt {
    /// Which one it was.
    pub attempt: u32,
    /// When it failed.
    pub at: SystemTime,
    /// One word: `retry`, `reject`, `panic`, `deadline`, `lost`.
    pub kind: Box<str>,
    /// What happened.
    pub message: Box<str>,
}

/// Some dead letters.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum DeadLetters {
    /// Those of these ids.
    Ids(Vec<Box<str>>),
    /// The longest dead, at most so many.
    Oldest(u32),
}

/// What is removed from a queue.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purged {
    /// Dead letters.
    Dead,
    /// Messages that nobody has taken, due or not.
    Waiting,
}

/// When a timer runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TimerState {
    /// The function.
    pub function: &'static str,
    /// Its cron text, or `every 5m`.
    pub schedule: String,
    /// The time zone of the cron text.
    pub timezone: Option<&'static str>,
    /// The due time that it was last run for; none before the first.
    pub last: Option<SystemTime>,
    /// The next due times, the earliest first.
    pub next: Vec<SystemTime>,
}

/// Why nothing is known about queues and timers, or nothing was done.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OperationsError {
    /// The platform keeps the queues, the clock and the folders.
    #[error("`{platform}` keeps queues and timers itself: look there")]
    Elsewhere {
        /// The platform that the application runs on.
        platform: &'static str,
    },
    /// There is none of this name.
    #[error("there is no {what} `{name}`; there are: {known}")]
    Unknown {
        /// `queue` or `timer`.
        what: &'static str,
        /// What was asked for.
        name: Box<str>,
        /// What there is.
        known: String,
    },
    /// An id of a message is none.
    #[error("`{0}` is no id of a message")]
    NoId(Box<str>),
    /// The store did not answer.
    #[error("{0}")]
    Unreachable(String),
}

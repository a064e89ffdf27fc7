//! What makes a due time happen once, whoever schedules it: one place where it is written down how far each timer has come.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::plan::Mark;
use crate::host::store::NewMessage;

/// Where it is written down how far timers have come. What several instances share is scheduled once for all of them.
pub(crate) trait Lease: fmt::Debug + Send + Sync + 'static {
    /// Reads how far a timer has come, and how many of its ticks wait or run.
    fn look(&self, timer: &str) -> BoxFuture<'static, Result<Sight, LeaseError>>;

    /// Writes down how far a timer has come and sends its ticks: both or, if somebody else has written meanwhile, nothing.
    fn take(&self, take: Take) -> BoxFuture<'static, Result<Taken, LeaseError>>;
}

/// What is written down about a timer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sight {
    /// How far it has come; nothing for a new timer.
    pub(crate) mark: Option<Mark>,
    /// The version of what is written, if something is.
    pub(crate) version: Option<u64>,
    /// How many of its ticks wait or run.
    pub(crate) pending: u64,
}

/// What is to be written down, and sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Take {
    /// The timer.
    pub(crate) timer: Arc<str>,
    /// The version of what was written when it was looked at.
    pub(crate) version: Option<u64>,
    /// How far it has come now.
    pub(crate) mark: Mark,
    /// The ticks.
    pub(crate) ticks: Vec<NewMessage>,
}

/// Who has done it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Taken {
    /// We have.
    Ours,
    /// Somebody else had written something down already, so nothing was done.
    Others,
}

/// It could not be read or written how far a timer has come. It may have been written all the same.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LeaseError(pub(crate) String);

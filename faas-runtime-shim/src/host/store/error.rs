//! Why the store did not do what it was asked.

use std::path::Path;
use std::sync::Arc;

use crate::services::Conflict;

/// Why nothing of a commit is confirmed. After an error of the disk some of it may show up all the same: senders send again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum StoreError {
    /// There is no room for it; what is there stays, and can be taken and settled as long as that needs no room.
    #[error("the disk has no room for more in `{}` ({why}); make room, or let the queues run empty", path.display())]
    Full { path: Arc<Path>, why: String },
    /// Another process did not let go of the file.
    #[error("`{}` was locked by another process for too long ({why})", path.display())]
    Busy { path: Arc<Path>, why: String },
    /// The file is not what was written. It is left as it is.
    #[error("`{}` is damaged ({why}); nothing in it was deleted: restore a copy, or move it away with the files beside it", path.display())]
    Corrupt { path: Arc<Path>, why: String },
    /// The file belongs to somebody else, or to a later version.
    #[error("`{}` cannot be read by this version ({why}); choose another folder, or the version that has written it", path.display())]
    Foreign { path: Arc<Path>, why: String },
    /// The operating system refused.
    #[error("`{}` could not be used ({why})", path.display())]
    Io { path: Arc<Path>, why: String },
    /// The queue has as many messages as it may have.
    #[error(transparent)]
    Depth(#[from] Refused),
    /// Nothing of this kind may be that large.
    #[error("a {what} of {size} bytes is too large for the store: at most {limit}")]
    TooLarge {
        what: &'static str,
        size: usize,
        limit: usize,
    },
    /// Nothing goes by no name.
    #[error("the {what} is empty: it has at least one character")]
    Empty { what: &'static str },
    /// There is no store any more.
    #[error("the host's store has stopped")]
    Stopped,
}

impl StoreError {
    /// Tells whether the same may go well later, without anybody mending anything here.
    pub(crate) fn is_retryable(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Busy { .. } | Self::Io { .. } | Self::Depth(_) => true,
            Self::Corrupt { .. }
            | Self::Foreign { .. }
            | Self::TooLarge { .. }
            | Self::Empty { .. }
            | Self::Stopped => false,
        }
    }
}

/// A push that a full queue has refused as a whole.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "queue `{queue}` is full: it holds {depth} messages, and `queues.{queue}.depth` allows {limit}"
)]
pub(crate) struct Refused {
    /// The queue.
    pub(crate) queue: Box<str>,
    /// How many messages it holds that are not settled.
    pub(crate) depth: u64,
    /// How many it may hold.
    pub(crate) limit: u64,
}

/// The claim is not valid any more: somebody else has the message, or it was settled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the claim is lost: its lease ran out and the message was claimed again, or it was settled before"
)]
pub(crate) struct Lost;

/// Why nothing was done of what was to be done as a whole.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unmet {
    /// A key was not in its state.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A queue was full.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A claim was not valid any more.
    #[error(transparent)]
    Lost(#[from] Lost),
}

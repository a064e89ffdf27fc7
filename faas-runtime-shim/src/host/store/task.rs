//! Tasks: what can be asked about work that was handed over, and what comes back.
//!
//! A task is a message with a record beside it. As long as the message is in its queue it says where the task stands; the
//! record tells what became of it, and outlives the message.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::model::{FailedAttempt, Millis, NewMessage, Token};
use super::op::Push;

/// Hands a task over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Submit {
    /// The id of the task. A second one of the same id is the first one.
    pub(crate) id: Box<str>,
    /// The queue that its function takes from.
    pub(crate) queue: Box<str>,
    /// How many messages the queue may hold that are not settled.
    pub(crate) limit: Option<u64>,
    /// For how long its idempotency key is remembered. Until then a second task of the same key is the first one.
    pub(crate) remember: u64,
    /// How long what became of it is kept.
    pub(crate) keep: u64,
    /// What its function gets.
    pub(crate) message: NewMessage,
}

impl Submit {
    /// Returns the push of its message.
    pub(super) fn push(&self) -> Push {
        Push {
            queue: self.queue.clone(),
            limit: self.limit,
            remember: self.remember,
            messages: vec![self.message.clone()],
        }
    }
}

/// What a sender gets for a task.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Submitted {
    /// The id of the task.
    pub(crate) id: Box<str>,
    /// Whether there was one of the same id or idempotency key: this is the id of that one.
    pub(crate) repeated: bool,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TaskState {
    /// It has not begun.
    Queued,
    /// Its function is at work.
    Running,
    /// It waits for its next attempt.
    Waiting,
    /// It is done.
    Succeeded,
    /// It was given up.
    Dead,
    /// It was told to end before it was done.
    Cancelled,
}

impl TaskState {
    /// Tells whether nothing more becomes of the task, unless its dead letter is taken back.
    pub(crate) fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Waiting => false,
            Self::Succeeded | Self::Dead | Self::Cancelled => true,
        }
    }

    /// Returns where a task stands whose message is in its queue.
    pub(super) fn of_message(now: Millis, lease: Option<Millis>, attempt: u32) -> Self {
        match (lease, attempt) {
            (Some(until), _) if until > now => Self::Running,
            (_, 0) => Self::Queued,
            _ => Self::Waiting,
        }
    }
}

/// Returns why a task was given up instead of which something was pushed.
pub(super) fn letter_reason(queue: &str) -> String {
    format!("a letter about it went to `{queue}`")
}

/// What is known about a task.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Task {
    /// Its id.
    pub(crate) id: Box<str>,
    /// The queue that its function takes from.
    pub(crate) queue: Arc<str>,
    /// The number of its message.
    pub(crate) message: i64,
    /// Where it stands.
    pub(crate) state: TaskState,
    /// How many attempts have begun.
    pub(crate) attempt: u32,
    /// What its function has last said about how far it is.
    pub(crate) progress: Option<Box<str>>,
    /// When it was handed over.
    pub(crate) submitted: Millis,
    /// When its latest attempt began.
    pub(crate) started: Option<Millis>,
    /// When it reached its final state.
    pub(crate) finished: Option<Millis>,
    /// From when on it may begin, if it waits for that.
    pub(crate) due: Option<Millis>,
    /// Whether it was asked to end, and has not yet.
    pub(crate) cancel_requested: bool,
    /// What its function answered, if it succeeded. A list leaves it out.
    pub(crate) result: Option<Reply>,
    /// Why its latest attempt failed, unless it succeeded or was cancelled later.
    pub(crate) failure: Option<FailedAttempt>,
    /// Why it was given up, if it was.
    pub(crate) reason: Option<Box<str>>,
    /// From when on it may be forgotten. Not as long as its message or its dead letter is there.
    pub(crate) expires: Option<Millis>,
}

/// What the function of a task answered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Reply {
    /// The answer.
    pub(crate) body: Bytes,
    /// Its media type.
    pub(crate) media_type: Option<Cow<'static, str>>,
}

/// Lists tasks, the latest first.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct TaskList {
    /// Those of this queue.
    pub(crate) queue: Option<Box<str>>,
    /// Those in one of these states; all, if there are none.
    pub(crate) states: Vec<TaskState>,
    /// Those that were handed over before the one of this id. None are, if that is unknown.
    pub(crate) after: Option<Box<str>>,
    /// How many at most.
    pub(crate) most: u32,
}

impl TaskList {
    /// Tells whether tasks in this state are listed.
    pub(super) fn wants(&self, state: TaskState) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}

/// Writes down how far the function of a task is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct TaskProgress {
    /// The claim of the task's message.
    pub(crate) token: Token,
    /// How far it is.
    pub(crate) text: Box<str>,
}

/// What came of asking a task to end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cancelling {
    /// Nobody knows it.
    NotFound,
    /// It had reached this state before.
    Finished(TaskState),
    /// It was not running, and will not.
    Cancelled,
    /// It is running, and its function is told. When this attempt ends, whatever its end, there is no other.
    Requested,
}

/// A claim holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Held {
    /// Whether the message is that of a task which is asked to end.
    pub(crate) cancel: bool,
}

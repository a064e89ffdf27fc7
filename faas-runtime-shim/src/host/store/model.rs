//! What a store keeps: messages, their content, what failed about them, and how they end.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::task::Reply;
use crate::invocation::Attributes;
use crate::trace::TraceContext;

/// Milliseconds of the Unix epoch. A store has no clock; each commit brings its time.
pub(crate) type Millis = u64;

/// The moment that lies `span` after `now`, as far as a store can count.
pub(crate) fn after(now: Millis, span: u64) -> Millis {
    now.saturating_add(span).min(FAR)
}

/// SQLite's integers are signed.
const FAR: Millis = i64::MAX as u64;

/// What the sender wrote; it never changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Content {
    /// The body; none in a tombstone.
    pub(crate) body: Option<Bytes>,
    /// The media type of the body.
    pub(crate) media_type: Option<Cow<'static, str>>,
    /// What is written beside the body.
    pub(crate) attributes: Attributes,
    /// What stays the same when it is sent again.
    pub(crate) idempotency_key: Option<Box<str>>,
    /// The trace that it belongs to.
    pub(crate) trace: Option<TraceContext>,
}

impl Content {
    /// Returns about how much room it takes, in bytes.
    pub(crate) fn size(&self) -> usize {
        let attributes: usize = self
            .attributes
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        self.body.as_ref().map_or(0, Bytes::len) + attributes
    }
}

/// A message on its way into a queue.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct NewMessage {
    /// What is sent.
    pub(crate) content: Content,
    /// Its lane: an ordered claim takes messages of one key in the order in which they were sent.
    pub(crate) key: Option<Bytes>,
    /// The higher is claimed first.
    pub(crate) priority: i16,
    /// How long it waits before it can be claimed.
    pub(crate) delay: u64,
}

/// A message in a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Stored {
    /// Its number, which no other message of the store has or had.
    pub(crate) id: i64,
    /// The queue.
    pub(crate) queue: Arc<str>,
    /// Its lane.
    pub(crate) key: Option<Bytes>,
    /// The higher is claimed first.
    pub(crate) priority: i16,
    /// When it was pushed.
    pub(crate) sent: Millis,
    /// From when on it can be claimed.
    pub(crate) due: Millis,
    /// How often it was claimed; claims that were given back do not count.
    pub(crate) attempt: u32,
    /// What was sent.
    pub(crate) content: Content,
}

/// Who claims: one process that has the store open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct OwnerId(pub(crate) i64);

/// The right to settle a message. It is spent when used, and void once somebody else has claimed the message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Token {
    /// The message.
    pub(crate) id: i64,
    /// Grows with each claim and each settlement of the message.
    pub(crate) fence: i64,
}

/// A message that is leased to who has claimed it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Claimed {
    /// The message; its attempt is the one that begins now.
    pub(crate) message: Stored,
    /// For [`Op::Settle`](super::op::Op::Settle) and [`Op::Extend`](super::op::Op::Extend).
    pub(crate) token: Token,
}

/// How a claim ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// The message is done, and gone. If it is that of a task, the task has succeeded.
    Done,
    /// So it is, and this is the result of its task.
    Finished(Reply),
    /// The message is gone, and its task was cancelled.
    Cancelled,
    /// It comes again as the next attempt, unless its task is asked to end.
    Again {
        /// How long it waits before.
        after: u64,
        /// Why this attempt failed.
        failure: Note,
    },
    /// It comes again as the same attempt, unless its task is asked to end: nobody has tried it.
    Return {
        /// How long it waits before; with zero it keeps its place.
        after: u64,
    },
    /// It will not be tried again, and is kept with its history.
    Dead {
        /// Why it is not tried again.
        reason: Box<str>,
        /// Why the last attempt failed.
        failure: Note,
    },
    /// It will not be tried again; instead of it this is pushed, whatever the depth of that queue.
    Letter(Box<super::op::Push>),
}

/// What is written down about a failed attempt. Long messages are cut.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Note {
    /// One word: `retry`, `reject`, `panic`, `deadline`.
    pub(crate) kind: Cow<'static, str>,
    /// What happened.
    pub(crate) message: Box<str>,
}

impl Note {
    /// Makes a note; of a long message it keeps the beginning.
    pub(crate) fn new(kind: impl Into<Cow<'static, str>>, message: &str) -> Self {
        Self {
            kind: kind.into(),
            message: cut(message).into(),
        }
    }

    /// The note about a claim whose lease ran out.
    pub(crate) fn lost() -> Self {
        Self::new("lost", "the lease ran out before the attempt was settled")
    }

    /// The note about a claim whose process is gone.
    pub(crate) fn abandoned() -> Self {
        Self::new("lost", "the process ended before the attempt was settled")
    }
}

/// Returns the beginning of a text, as much as is written down of it.
pub(crate) fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_NOTE)]
}

/// Error messages with all their causes are long; a history of them would be longer than the message.
const MAX_NOTE: usize = 2048;

/// A failed attempt in a message's history.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FailedAttempt {
    /// When it was settled.
    pub(crate) at: Millis,
    /// Which attempt it was.
    pub(crate) attempt: u32,
    /// What happened.
    pub(crate) note: Note,
}

/// The most failed attempts that a history keeps: the latest.
pub(crate) const MAX_HISTORY: u32 = 32;

/// A message as [`Op::Peek`](super::op::Op::Peek) shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Peeked {
    /// The message.
    pub(crate) message: Stored,
    /// Until when it is leased, if it is.
    pub(crate) leased_until: Option<Millis>,
    /// When and why it was given up, if it was.
    pub(crate) death: Option<Death>,
    /// The attempts that failed, the earliest first.
    pub(crate) history: Vec<FailedAttempt>,
}

/// When and why a message was given up.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Death {
    /// When.
    pub(crate) at: Millis,
    /// Why.
    pub(crate) reason: Box<str>,
}

/// How many messages a queue has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Counts {
    /// The queue.
    pub(crate) queue: Arc<str>,
    /// Those that are due and not leased, also behind an earlier one of their lane.
    pub(crate) ready: u64,
    /// Those that are not due yet.
    pub(crate) delayed: u64,
    /// Those that somebody has claimed.
    pub(crate) leased: u64,
    /// Those that were given up.
    pub(crate) dead: u64,
    /// For how long the first of the ready ones has been due.
    pub(crate) oldest: Option<u64>,
}

impl Counts {
    /// Returns how many are not settled: what a depth limit looks at.
    pub(crate) fn depth(&self) -> u64 {
        self.ready + self.delayed + self.leased
    }
}

//! What a store can be asked, what it answers, and the one trait for it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::error::{Lost, Refused, StoreError};
use super::model::{Claimed, Counts, Millis, NewMessage, OwnerId, Peeked, Token, Verdict};

/// A durable store of queues. Synchronous: who calls it decides about threads, and a simulation about failures.
pub(crate) trait QueueStore: fmt::Debug + Send {
    /// Carries out all of `ops` in their order as one transaction at the time `now`, and answers each.
    ///
    /// # Errors
    ///
    /// Nothing is confirmed. It is as if nothing had been asked, except when the disk failed in the last step: then all of it
    /// may show up after a restart.
    fn commit(&mut self, now: Millis, ops: &[Op]) -> Result<Committed, StoreError>;

    /// Tells whether another process has changed something since this was last asked.
    fn changed_by_others(&mut self) -> bool {
        false
    }
}

/// What came of a commit.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Committed {
    /// An answer to each operation.
    pub(crate) answers: Vec<Answer>,
    /// The queues in which something may be claimed now, or earlier than it seemed.
    pub(crate) stirred: BTreeSet<Arc<str>>,
}

/// Something that a store can be asked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Op {
    /// Adds messages to a queue: all of them or, past its depth, none.
    Push(Push),
    /// Takes messages for a while.
    Claim(Claim),
    /// Keeps claims for longer.
    Extend(Extend),
    /// Ends claims.
    Settle(Vec<(Token, Verdict)>),
    /// Gives back what a process had claimed that is gone; each was an attempt.
    Abandon(OwnerId),
    /// Tells when something of a queue becomes due.
    NextDue {
        /// The queue.
        queue: Box<str>,
        /// Whether only the first of each lane counts.
        ordered: bool,
    },
    /// Shows messages.
    Peek(Peek),
    /// Counts the messages of one queue, or of each.
    Count(Option<Box<str>>),
    /// Takes dead letters back into their queue, as fresh messages at the end of their lanes.
    Redrive(Redrive),
    /// Removes messages.
    Purge(Purge),
}

/// An answer, of the same name as the question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// A receipt for each message, or a refusal of all.
    Push(Result<Vec<Receipt>, Refused>),
    /// What was claimed.
    Claim(Claims),
    /// Whether each claim still holds.
    Extend(Vec<Result<(), Lost>>),
    /// Whether each claim still held.
    Settle(Vec<Result<(), Lost>>),
    /// How many were given back.
    Abandon(u64),
    /// In how many milliseconds, if ever.
    NextDue(Option<u64>),
    /// The messages.
    Peek(Vec<Peeked>),
    /// The figures, sorted by queue; none for a queue that has never been written to.
    Count(Vec<Counts>),
    /// How many were taken back.
    Redrive(u64),
    /// How many were removed.
    Purge(u64),
}

/// Adds messages to a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Push {
    /// The queue; it need not have been heard of before.
    pub(crate) queue: Box<str>,
    /// How many messages it may hold that are not settled.
    pub(crate) limit: Option<u64>,
    /// For how long an idempotency key is remembered. Until then a message of the same key is not stored a second time.
    pub(crate) remember: u64,
    /// The messages.
    pub(crate) messages: Vec<NewMessage>,
}

/// What a sender gets for a stored message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Receipt {
    /// The message's number.
    pub(crate) id: i64,
    /// Whether a message of the same idempotency key had been stored before: this is the number of that one.
    pub(crate) repeated: bool,
}

/// Takes messages for a while: those that are due, the highest priority first, then the longest due.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Claim {
    /// The queue.
    pub(crate) queue: Box<str>,
    /// How many at most.
    pub(crate) most: u32,
    /// How many bytes of content at most; the first message may be larger.
    pub(crate) most_bytes: usize,
    /// Who wants them.
    pub(crate) owner: OwnerId,
    /// For how long.
    pub(crate) lease: u64,
    /// Whether lanes count: then nothing is claimed as long as an earlier message of its key is not settled, except together
    /// with it and in its order.
    pub(crate) ordered: bool,
}

/// What was claimed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Claims {
    /// The messages; those of one key in their order if that was asked for.
    pub(crate) messages: Vec<Claimed>,
    /// If there were fewer than wanted: in how many milliseconds it is worth asking again, unless the queue is stirred before.
    pub(crate) next: Option<u64>,
}

/// Keeps claims for longer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Extend {
    /// The claims.
    pub(crate) tokens: Vec<Token>,
    /// Who has them.
    pub(crate) owner: OwnerId,
    /// For how long from now on.
    pub(crate) lease: u64,
}

/// Shows messages, without claiming them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Peek {
    /// The queue.
    pub(crate) queue: Box<str>,
    /// Which of them.
    pub(crate) view: View,
    /// How many at most.
    pub(crate) most: u32,
}

/// Which messages are shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum View {
    /// What can be claimed, in the order of unordered claims.
    Ready,
    /// What is not due yet, the next first.
    Delayed,
    /// What is claimed, the lease that ends first first.
    Leased,
    /// What was given up, the longest dead first.
    Dead,
}

/// Takes dead letters back into their queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Redrive {
    /// The queue.
    pub(crate) queue: Box<str>,
    /// Which of them.
    pub(crate) which: Which,
}

/// Some dead letters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Which {
    /// Those of these numbers.
    Ids(Vec<i64>),
    /// Those that died by this time, the longest dead first, at most so many.
    Until(Millis, u32),
}

/// Removes messages.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Purge {
    /// The queue.
    pub(crate) queue: Box<str>,
    /// Which of them.
    pub(crate) what: Unwanted,
    /// How many at most, so that one commit does not hold up the others.
    pub(crate) most: u32,
}

/// Messages to be removed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unwanted {
    /// Dead letters that died by this time: they are gone for good.
    Dead(Millis),
    /// Messages that nobody has claimed although they have been due since this time: they become dead letters.
    Stale(Millis),
    /// Messages that nobody has claimed, due or not: they are gone for good.
    Unclaimed,
}

//! What a store can be asked, what it answers, and the one trait for it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::error::{Lost, Refused, StoreError, Unmet};
use super::kv::{KvDelete, KvEntry, KvPage, KvPut, KvScan};
use super::model::{Claimed, Counts, Millis, NewMessage, OwnerId, Peeked, Token, Verdict};
use super::task::{Cancelling, Held, Submit, Submitted, Task, TaskList, TaskProgress};
use crate::services::Conflict;

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
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "claims tell it as well; tests compare the two")
    )]
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
    /// Reads the value of a key.
    KvGet {
        /// The space of the key.
        space: Box<str>,
        /// The key.
        key: Box<str>,
    },
    /// Writes a value, if the key is in the state that was asked for.
    KvPut(KvPut),
    /// Removes a key, if it is in the state that was asked for.
    KvDelete(KvDelete),
    /// Lists keys.
    KvScan(KvScan),
    /// Hands a task over.
    Submit(Submit),
    /// Tells what is known about the task of an id.
    TaskGet(Box<str>),
    /// Lists tasks.
    TaskList(TaskList),
    /// Writes down how far the function of a task is.
    TaskProgress(TaskProgress),
    /// Asks the task of an id to end.
    TaskCancel(Box<str>),
    /// Removes what has been over for some time, keys and tasks: so many at most.
    Forget(u32),
    /// Carries out all of these or, as soon as one of them is refused, none.
    Together(Vec<Op>),
}

impl Op {
    /// Tells whether a loss of power may take it back: then a message is ready again that was claimed, and nothing that was
    /// promised is missing.
    pub(super) fn is_light(&self) -> bool {
        match self {
            Self::Claim(_)
            | Self::Extend(_)
            | Self::NextDue { .. }
            | Self::Peek(_)
            | Self::Count(_)
            | Self::KvGet { .. }
            | Self::KvScan(_)
            | Self::TaskGet(_)
            | Self::TaskList(_)
            | Self::TaskProgress(_)
            | Self::Forget(_) => true,
            Self::Push(_)
            | Self::Settle(_)
            | Self::Abandon(_)
            | Self::Redrive(_)
            | Self::Purge(_)
            | Self::KvPut(_)
            | Self::KvDelete(_)
            | Self::Submit(_)
            | Self::TaskCancel(_) => false,
            Self::Together(ops) => ops.iter().all(Self::is_light),
        }
    }

    /// Tells whether it brings something that takes room for as long as somebody wants.
    pub(super) fn brings_more(&self) -> bool {
        match self {
            Self::Push(_) | Self::KvPut(_) | Self::Submit(_) => true,
            Self::Together(ops) => ops.iter().any(Self::brings_more),
            _ => false,
        }
    }
}

/// An answer, of the same name as the question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// A receipt for each message, or a refusal of all.
    Push(Result<Vec<Receipt>, Refused>),
    /// What was claimed.
    Claim(Claims),
    /// Whether each claim still holds.
    Extend(Vec<Result<Held, Lost>>),
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
    /// What is there.
    KvGet(Option<KvEntry>),
    /// The version of the value.
    KvPut(Result<u64, Conflict>),
    /// Whether there was one.
    KvDelete(Result<bool, Conflict>),
    /// The keys, sorted.
    KvScan(KvPage),
    /// Its id, or a refusal.
    Submit(Result<Submitted, Refused>),
    /// What is known.
    TaskGet(Option<Box<Task>>),
    /// The tasks, the latest first.
    TaskList(Vec<Task>),
    /// Whether the claim still holds.
    TaskProgress(Result<Held, Lost>),
    /// What came of it.
    TaskCancel(Cancelling),
    /// How many were removed.
    Forget(u64),
    /// An answer to each, or why all of it was left.
    Together(Result<Vec<Answer>, Unmet>),
}

impl Answer {
    /// Returns why it was not done, if it was not: then nothing of what was to be done [`Together`](Op::Together) is.
    pub(super) fn unmet(&self) -> Option<Unmet> {
        match self {
            Self::Push(Err(refused)) | Self::Submit(Err(refused)) => {
                Some(Unmet::Refused(refused.clone()))
            }
            Self::KvPut(Err(conflict)) | Self::KvDelete(Err(conflict)) => {
                Some(Unmet::Conflict(*conflict))
            }
            Self::Settle(settled) => settled.iter().find_map(|one| one.err()).map(Unmet::Lost),
            Self::Together(Err(unmet)) => Some(unmet.clone()),
            _ => None,
        }
    }
}

/// Adds messages to a queue.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Push {
    /// The queue; it need not have been heard of before.
    pub(crate) queue: Box<str>,
    /// How many messages it may hold that are not settled.
    pub(crate) limit: Option<u64>,
    /// For how long an idempotency key is remembered. Until then a message of the same key is not stored a second time. With
    /// zero keys are neither remembered nor asked for: what has to be stored is stored.
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

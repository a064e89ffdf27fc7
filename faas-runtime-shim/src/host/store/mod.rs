//! The store of the embedded host: queues, keys with values and tasks on this machine's disk.
//!
//! A [`QueueStore`] carries out [`Op`]s, many at once as one transaction; [`Sqlite`] is the real one, `Memory` the one that
//! simulations fail on purpose. [`Store`] is what the rest of the host has: one thread that gathers what waits into group
//! commits. Nothing here decides about retries or runs a function; a store keeps what it is told, and loses nothing.

mod ask;
mod bells;
mod error;
mod handle;
mod kv;
#[cfg(test)]
pub(crate) mod memory;
mod model;
mod op;
mod sizes;
pub(crate) mod sqlite;
mod task;
#[cfg(test)]
mod tests;
mod time;
mod writer;

#[cfg(test)]
pub(crate) use self::error::Refused;
pub(crate) use self::error::{Lost, StoreError, Unmet};
pub(crate) use self::handle::Store;
pub(crate) use self::kv::{KvDelete, KvEntry, KvPut, KvScan};
pub(crate) use self::model::{
    Claimed, Content, Counts, Millis, NewMessage, Note, OwnerId, Peeked, Stored, Token, Verdict,
};
#[cfg(test)]
pub(crate) use self::model::{Death, FailedAttempt};
pub(crate) use self::op::{
    Answer, Claim, Extend, Op, Peek, Purge, Push, Redrive, Unwanted, View, Which,
};
#[cfg(test)]
pub(crate) use self::op::{Claims, Committed, QueueStore, Receipt};
pub(crate) use self::sizes::check_verdict;
pub(crate) use self::sqlite::{Durability, Sqlite};
#[cfg(test)]
pub(crate) use self::task::Submitted;
pub(crate) use self::task::{
    Cancelling, Held, Reply, Submit, Task, TaskList, TaskProgress, TaskState,
};

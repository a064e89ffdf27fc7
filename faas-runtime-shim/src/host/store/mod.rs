//! The store of the embedded queue: messages, claims and dead letters on this machine's disk.
//!
//! A [`QueueStore`] carries out [`Op`]s, many at once as one transaction; [`Sqlite`] is the real one, `Memory` the one that
//! simulations fail on purpose. [`Store`] is what the rest of the host has: one thread that gathers what waits into group
//! commits. Nothing here decides about retries or runs a function; a store keeps what it is told, and loses nothing.

mod error;
mod handle;
#[cfg(test)]
pub(crate) mod memory;
mod model;
mod op;
mod sqlite;
#[cfg(test)]
mod tests;
mod time;
mod writer;

pub(crate) use self::error::{Lost, Refused, StoreError};
pub(crate) use self::handle::{Listener, Store};
pub(crate) use self::model::{
    Claimed, Content, Counts, Death, FailedAttempt, Millis, NewMessage, Note, OwnerId, Peeked,
    Stored, Token, Verdict,
};
pub(crate) use self::op::{
    Answer, Claim, Claims, Committed, Extend, Op, Peek, Purge, Push, QueueStore, Receipt, Redrive,
    Unwanted, View, Which,
};
pub(crate) use self::sqlite::{Durability, Sqlite};

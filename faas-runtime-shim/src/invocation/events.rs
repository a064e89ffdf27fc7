//! What timers, object stores and change feeds tell.

use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Payload, RawJson};

/// A timer has come due.
#[derive(Clone, Debug)]
pub struct Tick {
    /// The timer, as its scheduler calls it; empty if it does not tell.
    pub timer: Box<str>,
    /// The planned time.
    pub due: SystemTime,
    /// The schedule that it follows, where it is told.
    pub schedule: Option<Box<str>>,
    /// The time zone that the schedule is meant in, where it is told.
    pub timezone: Option<Box<str>>,
    /// How many due times have passed unserved since the last run.
    pub missed: u32,
    /// What the schedule sends along.
    pub payload: Payload,
}

/// Something happened to an object in a store.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ObjectEvent {
    /// The bucket or folder.
    pub bucket: Box<str>,
    /// The object's key, in plain text.
    pub key: String,
    /// What happened.
    pub kind: ObjectKind,
    /// The size in bytes, where it is told.
    pub size: Option<u64>,
    /// The version, where the store keeps versions.
    pub version: Option<Box<str>>,
    /// The entity tag, without quotes.
    pub etag: Option<Box<str>>,
    /// When it happened.
    pub time: Option<SystemTime>,
    /// What tells the order of two events of one key, where the store tells it.
    pub sequencer: Option<Box<str>>,
    /// Where its file is, or was, if it is one on this machine.
    pub path: Option<PathBuf>,
}

/// What can happen to an object.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectKind {
    /// It was written, or written over.
    Created,
    /// It is gone.
    Removed,
}

/// Something happened to a row or a document.
#[derive(Clone, Debug)]
pub struct ChangeEvent {
    /// The table or collection, with its database where there are several: `shop.orders`.
    pub table: Box<str>,
    /// What happened.
    pub kind: ChangeKind,
    /// The primary key.
    pub key: Option<RawJson>,
    /// The row before, where the feed has it.
    pub before: Option<RawJson>,
    /// The row after; none for a row that is gone.
    pub after: Option<RawJson>,
    /// The place in the feed.
    pub position: Option<Box<str>>,
    /// When it was committed.
    pub time: Option<SystemTime>,
}

/// What can happen to a row.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new.
    Insert,
    /// It has other values.
    Update,
    /// It is gone.
    Delete,
}

//! Keys with values that every instance sees.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::StatusCode;

use crate::error::Error;

/// A store of keys with values, each change of which has a version.
///
/// A space separates the keys of one user of the store from those of another: handlers' keys are in [`USER`], ours in spaces
/// that begin with `faas.`. Whoever calls has seen to it that keys and values are no longer than [`Put::check`] allows.
///
/// What stores bring along for it, and what has to be made of something else:
///
/// | store | version, and changing only at it | time | lists |
/// |---|---|---|---|
/// | the host's own | a number of the store; in one transaction | per key, by the host's clock | sorted |
/// | Redis, Valkey | none: a counter beside the value, both in one script | per key (`PX`) | `SCAN` is unsorted and repeats: a sorted set of the keys, or as it comes |
/// | NATS JetStream KV | the revision; `create`, and `update` at a revision | per message since server 2.11 | keys only, unsorted |
/// | Amazon DynamoDB | an attribute; condition expressions | an attribute; rows go up to days late, so it is checked on reading | sorted, by a sort key |
/// | Cloudflare Workers KV | none, and reads may be a minute old: conditions are [`KvError::Unsupported`] | `expirationTtl`, 60 s at least | sorted, keys only, the place to go on is opaque |
/// | `wasi:keyvalue` | `atomics.cas` compares with what was read: the version is kept in the value | none: kept in the value and checked on reading | keys only, unsorted, the place to go on is opaque |
///
/// So a list promises no order, and says by an opaque text where it goes on; a store that lists keys only reads the values one
/// by one. A store that cannot hold a condition has to refuse it: doing without would lose what somebody else has written.
pub trait KeyValue: fmt::Debug + Send + Sync {
    /// Reads the value of a key; `None` if there is none or its time is over.
    fn get(&self, space: &str, key: &str) -> BoxFuture<'static, Result<Option<Entry>, KvError>>;

    /// Writes a value, and returns its version once it is durable; a conflict if the key is not in the state that was asked
    /// for.
    fn put(&self, put: Put) -> BoxFuture<'static, Result<Result<u64, Conflict>, KvError>>;

    /// Removes a key, and tells whether there was one.
    fn delete(&self, delete: Delete)
    -> BoxFuture<'static, Result<Result<bool, Conflict>, KvError>>;

    /// Lists keys with their values, a page of them.
    fn scan(&self, scan: Scan) -> BoxFuture<'static, Result<Page, KvError>>;

    /// Tells whether there is a store at all, and not what says that there is none.
    fn is_bound(&self) -> bool {
        true
    }
}

/// The space of the keys that handlers read and write.
pub const USER: &str = "user";

/// The value of a key.
#[derive(Clone, Eq, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Bytes,
    /// Which change of the store has written it: no two changes have the same.
    pub version: u64,
    /// When its time is over.
    pub expires: Option<SystemTime>,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("bytes", &self.value.len())
            .field("version", &self.version)
            .field("expires", &self.expires)
            .finish()
    }
}

/// In which state a key has to be for it to be changed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a store has to know every condition, or it would write without it"
)]
pub enum When {
    /// In any.
    #[default]
    Always,
    /// It does not exist, or its time is over.
    Absent,
    /// Its value has this version.
    Version(u64),
}

impl When {
    /// Compares with the version that was found.
    pub(crate) fn admits(self, found: Option<u64>) -> Result<(), Conflict> {
        let admits = match self {
            Self::Always => true,
            Self::Absent => found.is_none(),
            Self::Version(version) => found == Some(version),
        };
        if admits {
            Ok(())
        } else {
            Err(Conflict { found })
        }
    }
}

/// Writes a value.
#[derive(Clone, Eq, PartialEq)]
pub struct Put {
    /// The space of the key.
    pub space: Box<str>,
    /// The key.
    pub key: Box<str>,
    /// Its value from now on.
    pub value: Bytes,
    /// How long it exists; without a time for ever.
    pub ttl: Option<Duration>,
    /// In which state the key has to be.
    pub when: When,
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put")
            .field("space", &self.space)
            .field("key", &self.key)
            .field("bytes", &self.value.len())
            .field("ttl", &self.ttl)
            .field("when", &self.when)
            .finish()
    }
}

impl Put {
    /// Makes sure that key and value are of a size that every store takes.
    ///
    /// # Errors
    ///
    /// Says what is too short or too long.
    pub fn check(&self) -> Result<(), KvError> {
        check_key(&self.key)?;
        if self.value.len() > LONGEST_VALUE {
            return Err(KvError::Refused {
                why: format!(
                    "the value of `{}` has {} bytes: expected at most {LONGEST_VALUE}; keep the bytes elsewhere and their address here",
                    self.key,
                    self.value.len()
                ),
            });
        }
        Ok(())
    }
}

/// Makes sure that a key is of a length that every store takes.
///
/// # Errors
///
/// Says how long it is.
pub fn check_key(key: &str) -> Result<(), KvError> {
    if (1..=LONGEST_KEY).contains(&key.len()) {
        return Ok(());
    }
    let start = key.get(..key.floor_char_boundary(64)).unwrap_or_default();
    Err(KvError::Refused {
        why: format!(
            "a key of {} bytes (`{start}`): expected 1 to {LONGEST_KEY}",
            key.len()
        ),
    })
}

/// The longest key, in bytes of UTF-8.
pub const LONGEST_KEY: usize = 1024;

/// The largest value, in bytes.
pub const LONGEST_VALUE: usize = 1024 * 1024;

/// Removes a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delete {
    /// The space of the key.
    pub space: Box<str>,
    /// The key.
    pub key: Box<str>,
    /// In which state the key has to be.
    pub when: When,
}

/// Lists keys.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scan {
    /// The space of the keys.
    pub space: Box<str>,
    /// What the keys begin with.
    pub prefix: Box<str>,
    /// Where to go on: [`Page::next`] of the page before.
    pub after: Option<Box<str>>,
    /// How many at most.
    pub most: u32,
}

/// A part of a list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Page {
    /// Keys with their values.
    pub entries: Vec<(Box<str>, Entry)>,
    /// Where the next page begins, in the store's own words; none behind the last one. That page may turn out empty.
    pub next: Option<Box<str>>,
}

/// A key was not in the state that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the key has been changed by somebody else")]
pub struct Conflict {
    /// The version of its value; none if it does not exist.
    pub found: Option<u64>,
}

/// Why nothing is known about a key, or nothing was changed.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KvError {
    /// It was called outside of an application.
    #[error("no application runs here: keys are read and written in a handler")]
    NoApplication,
    /// There is no store.
    #[error("the key-value store is not bound on `{platform}`: set `kv.url`")]
    Unbound {
        /// The platform that the application runs on.
        platform: &'static str,
    },
    /// The binding, or the call, asks for what this build or the store cannot do.
    #[error("the key-value store cannot be used: {why}")]
    Unsupported {
        /// What is missing.
        why: String,
    },
    /// The value cannot be written as JSON.
    #[error("the value for the key `{key}` cannot be written: {why}")]
    Unwritable {
        /// The key.
        key: Box<str>,
        /// What JSON cannot hold.
        why: String,
    },
    /// The value is no JSON of the type that it is read as.
    #[error("the value of the key `{key}` cannot be read: {why}")]
    Unreadable {
        /// The key.
        key: Box<str>,
        /// What was expected, and what was found.
        why: String,
    },
    /// Others were quicker, again and again.
    #[error("the key `{key}` was changed by others {times} times in a row while it was updated")]
    Contended {
        /// The key.
        key: Box<str>,
        /// How often it was tried.
        times: u32,
    },
    /// The store does not take such a key or value.
    #[error("the key-value store has refused it: {why}")]
    Refused {
        /// In its words.
        why: String,
    },
    /// The store did not answer, so what was written may be there or not.
    #[error("the key-value store could not be reached: {why}")]
    Unreachable {
        /// What happened.
        why: String,
    },
}

impl KvError {
    /// Makes the error of a handler that could do nothing without the store. A client over HTTP is told what is not bound, and
    /// no more.
    #[must_use]
    pub fn into_error(self) -> Error {
        let error = match &self {
            Self::Unbound { .. } => Error::told(StatusCode::SERVICE_UNAVAILABLE, self.to_string()),
            // a later version of the program may well read it
            Self::NoApplication | Self::Unreadable { .. } => Error::retry(self),
            Self::Unwritable { .. } | Self::Refused { .. } => {
                Error::reject(self).with_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Unsupported { .. } | Self::Contended { .. } | Self::Unreachable { .. } => {
                Error::retry(self).with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        error.with_name("KvError")
    }
}

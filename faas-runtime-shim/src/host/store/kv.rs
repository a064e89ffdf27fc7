//! Keys with values: what can be asked about them, and what comes back.
//!
//! A version is a number that no other change of the store has or had, so who changes a key only at the version that it has
//! read can rely on nothing having happened between, not even a removal.

use bytes::Bytes;

use super::model::Millis;
use crate::services::When;

/// Writes a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KvPut {
    /// What separates the keys of one user of the store from those of another.
    pub(crate) space: Box<str>,
    /// The key.
    pub(crate) key: Box<str>,
    /// Its value from now on.
    pub(crate) value: Bytes,
    /// For how long; without it for ever.
    pub(crate) ttl: Option<u64>,
    /// In which state the key has to be.
    pub(crate) when: When,
}

/// Removes a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KvDelete {
    /// The space of the key.
    pub(crate) space: Box<str>,
    /// The key.
    pub(crate) key: Box<str>,
    /// In which state the key has to be.
    pub(crate) when: When,
}

/// Lists keys in the order of their bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KvScan {
    /// The space of the keys.
    pub(crate) space: Box<str>,
    /// What the keys begin with.
    pub(crate) prefix: Box<str>,
    /// The key to go on after.
    pub(crate) after: Option<Box<str>>,
    /// How many at most.
    pub(crate) most: u32,
}

impl KvScan {
    /// Returns the least that a key may be.
    pub(super) fn begin(&self) -> String {
        match self.after.as_deref() {
            // no key lies between one and the same with a zero behind it
            Some(after) if after >= &*self.prefix => format!("{after}\0"),
            _ => self.prefix.clone().into(),
        }
    }
}

/// A key with its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct KvEntry {
    /// The key.
    pub(crate) key: Box<str>,
    /// Its value.
    pub(crate) value: Bytes,
    /// Which change has written it.
    pub(crate) version: u64,
    /// When its time is over.
    pub(crate) expires: Option<Millis>,
}

/// A part of a list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct KvPage {
    /// The keys, with their values.
    pub(crate) entries: Vec<KvEntry>,
    /// Whether there are more behind the last one.
    pub(crate) more: bool,
    /// How large the values are together.
    bytes: usize,
}

impl KvPage {
    /// Takes an entry in, unless there are enough already; tells whether it did.
    pub(super) fn add(&mut self, entry: KvEntry, most: u32) -> bool {
        let is_full = self.entries.len() >= most as usize || self.bytes >= PAGE_BYTES;
        if is_full {
            self.more = true;
        } else {
            self.bytes += entry.value.len();
            self.entries.push(entry);
        }
        !is_full
    }
}

/// A part of a list ends with the value that brings it to this many bytes, so that a commit does not hold up the others.
const PAGE_BYTES: usize = 1024 * 1024;

//! Keys with values in memory: for tests, and for the laws that every store has to keep.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;

use super::{Conflict, Delete, Entry, KeyValue, KvError, Page, Put, Scan, When};
use crate::clock::{Clock, Moment};

/// Keys with values for as long as the process lives, on a clock of the caller's. Clones share them.
#[derive(Clone)]
pub struct MemoryKv {
    clock: Arc<dyn Clock>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    /// With the moment at which their time is over.
    entries: BTreeMap<Place, (Entry, Option<Moment>)>,
    version: u64,
}

/// A space with a key.
type Place = (Box<str>, Box<str>);

impl MemoryKv {
    /// Makes an empty one.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Arc::default(),
        }
    }

    /// Takes everything out whose time is over, and returns the rest.
    fn open(&self) -> MutexGuard<'_, Kept> {
        let now = self.clock.now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entries
            .retain(|_, (_, over)| over.is_none_or(|over| over > now));
        kept
    }

    fn write(&self, put: Put) -> Result<u64, Conflict> {
        let mut kept = self.open();
        let place = (put.space, put.key);
        kept.admits(&place, put.when)?;
        kept.version += 1;
        let version = kept.version;
        let entry = Entry {
            value: put.value,
            version,
            expires: put.ttl.and_then(|ttl| self.clock.wall().checked_add(ttl)),
        };
        let over = put.ttl.map(|ttl| self.clock.now().after(ttl));
        kept.entries.insert(place, (entry, over));
        Ok(version)
    }

    fn remove(&self, delete: Delete) -> Result<bool, Conflict> {
        let mut kept = self.open();
        let place = (delete.space, delete.key);
        kept.admits(&place, delete.when)?;
        Ok(kept.entries.remove(&place).is_some())
    }

    fn list(&self, scan: &Scan) -> Page {
        let kept = self.open();
        let from = match &scan.after {
            Some(after) if **after >= *scan.prefix => {
                Bound::Excluded((scan.space.clone(), after.clone()))
            }
            _ => Bound::Included((scan.space.clone(), scan.prefix.clone())),
        };
        let mut found = kept
            .entries
            .range((from, Bound::Unbounded))
            .take_while(|((space, key), _)| *space == scan.space && key.starts_with(&*scan.prefix))
            .map(|((_, key), (entry, _))| (key.clone(), entry.clone()));
        let most = usize::try_from(scan.most).unwrap_or(usize::MAX);
        let entries: Vec<_> = found.by_ref().take(most).collect();
        let next = match (found.next(), entries.last()) {
            (Some(_), Some((key, _))) => Some(key.clone()),
            _ => None,
        };
        Page { entries, next }
    }
}

impl Kept {
    fn admits(&self, place: &Place, when: When) -> Result<(), Conflict> {
        let found = self.entries.get(place).map(|(entry, _)| entry.version);
        when.admits(found)
    }
}

// nothing happens until somebody awaits it, as with a store at the other end of a connection
impl KeyValue for MemoryKv {
    fn get(&self, space: &str, key: &str) -> BoxFuture<'static, Result<Option<Entry>, KvError>> {
        let this = self.clone();
        let place: Place = (space.into(), key.into());
        Box::pin(async move {
            let kept = this.open();
            Ok(kept.entries.get(&place).map(|(entry, _)| entry.clone()))
        })
    }

    fn put(&self, put: Put) -> BoxFuture<'static, Result<Result<u64, Conflict>, KvError>> {
        let this = self.clone();
        Box::pin(async move { Ok(this.write(put)) })
    }

    fn delete(
        &self,
        delete: Delete,
    ) -> BoxFuture<'static, Result<Result<bool, Conflict>, KvError>> {
        let this = self.clone();
        Box::pin(async move { Ok(this.remove(delete)) })
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'static, Result<Page, KvError>> {
        let this = self.clone();
        Box::pin(async move { Ok(this.list(&scan)) })
    }
}

impl fmt::Debug for MemoryKv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.open().entries.len();
        f.debug_struct("MemoryKv")
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

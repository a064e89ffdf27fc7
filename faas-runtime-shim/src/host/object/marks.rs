//! What every function has been told about: a mark for each key, in the space `faas.objects/<function>` of the store.
//!
//! A mark and the event that it stands for are written in one transaction, on condition that nobody else has written the mark
//! meanwhile: so whatever happens, no change is told twice and none is left out.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::super::store::{Answer, KvDelete, KvEntry, KvPut, KvScan, Op, Push, Store, StoreError};
use super::feed;
use super::stat::{Look, Root, Stamp};
use crate::invocation::{ObjectEvent, ObjectKind};
use crate::services::When;

/// What a function was last told about a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Seen {
    pub(super) size: u64,
    /// In nanoseconds of the Unix epoch.
    pub(super) modified: i64,
}

impl Seen {
    pub(super) fn of(stamp: &Stamp) -> Self {
        let Stamp { size, modified, .. } = *stamp;
        Self { size, modified }
    }

    fn encode(&self) -> Bytes {
        format!("{} {}", self.size, self.modified).into()
    }

    /// Reads a mark; one that cannot be read is that of another file.
    fn decode(value: &[u8]) -> Option<Self> {
        let (size, modified) = std::str::from_utf8(value).ok()?.split_once(' ')?;
        Some(Self {
            size: size.parse().ok()?,
            modified: modified.parse().ok()?,
        })
    }
}

/// A mark as it stands in the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Mark {
    pub(super) seen: Option<Seen>,
    pub(super) version: u64,
}

impl Mark {
    fn of(entry: &KvEntry) -> Self {
        Self {
            seen: Seen::decode(&entry.value),
            version: entry.version,
        }
    }

    /// Tells whether it is the mark of a file that stands so.
    pub(super) fn fits(&self, stamp: &Stamp) -> bool {
        self.seen == Some(Seen::of(stamp))
    }
}

/// A mark that is to be written, with what there is to tell.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) function: usize,
    pub(super) key: Box<str>,
    /// The mark that it was decided by.
    pub(super) from: Option<Mark>,
    /// Nothing for a key that is gone.
    pub(super) seen: Option<Seen>,
    pub(super) kind: Option<ObjectKind>,
}

/// Which function hears of what happens to a key, by its place among those of the bucket.
pub(super) type Hears = dyn Fn(&str, ObjectKind) -> Option<usize> + Send + Sync;

/// Decides what becomes of a function's mark, now that it is certain what is there.
pub(super) fn judge(
    hears: &Hears,
    function: usize,
    key: &str,
    look: Look,
    mark: Option<Mark>,
) -> Option<Change> {
    let tells = |kind| hears(key, kind) == Some(function);
    let change = |seen, kind| Change {
        function,
        key: key.into(),
        from: mark,
        seen,
        kind: tells(kind).then_some(kind),
    };
    match look {
        Look::Unknown => None,
        Look::Absent => mark.map(|_| change(None, ObjectKind::Removed)),
        Look::File(stamp) => {
            if !is_followed(hears, function, key) || mark.is_some_and(|mark| mark.fits(&stamp)) {
                return None;
            }
            Some(change(Some(Seen::of(&stamp)), ObjectKind::Created))
        }
    }
}

/// Tells whether a function has marks of a key.
pub(super) fn is_followed(hears: &Hears, function: usize, key: &str) -> bool {
    [ObjectKind::Created, ObjectKind::Removed]
        .into_iter()
        .any(|kind| hears(key, kind) == Some(function))
}

/// The marks of the functions of one bucket.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    store: Store,
    bucket: &'static str,
    functions: Arc<[Function]>,
}

#[derive(Debug)]
struct Function {
    space: Box<str>,
    channel: Box<str>,
}

/// A part of a function's marks.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) marks: Vec<(Box<str>, Mark)>,
    pub(super) more: bool,
}

impl Marks {
    pub(super) fn new(store: Store, bucket: &'static str, functions: &[&str]) -> Self {
        let function = |name: &&str| Function {
            space: format!("{SPACE}/{name}").into(),
            channel: feed::name(name),
        };
        Self {
            store,
            bucket,
            functions: functions.iter().map(function).collect(),
        }
    }

    pub(super) fn functions(&self) -> usize {
        self.functions.len()
    }

    /// Lists marks by their keys.
    pub(super) async fn page(
        &self,
        function: usize,
        prefix: &str,
        after: Option<Box<str>>,
    ) -> Result<Page, StoreError> {
        let scan = KvScan {
            space: self.functions[function].space.clone(),
            prefix: prefix.into(),
            after,
            most: PAGE,
        };
        match self.store.commit(vec![Op::KvScan(scan)]).await?.pop() {
            Some(Answer::KvScan(page)) => Ok(Page {
                marks: page
                    .entries
                    .into_iter()
                    .map(|entry| {
                        let mark = Mark::of(&entry);
                        (entry.key, mark)
                    })
                    .collect(),
                more: page.more,
            }),
            _ => Err(StoreError::Stopped),
        }
    }

    /// Reads the marks of some keys: for each of them, one for each function.
    pub(super) async fn of(&self, keys: &[Box<str>]) -> Result<Vec<Vec<Option<Mark>>>, StoreError> {
        let get = |key: &str, function: &Function| Op::KvGet {
            space: function.space.clone(),
            key: key.into(),
        };
        let gets = keys.iter().flat_map(|key| {
            self.functions
                .iter()
                .map(move |function| get(key, function))
        });
        let answers = self.store.commit(gets.collect()).await?;
        let mark = |answer: &Answer| match answer {
            Answer::KvGet(entry) => entry.as_ref().map(Mark::of),
            _ => None,
        };
        Ok(answers
            .chunks(self.functions.len().max(1))
            .map(|of_key| of_key.iter().map(mark).collect())
            .collect())
    }

    /// Writes marks with what they tell. Returns the keys of those that somebody else has changed meanwhile.
    pub(super) async fn write(
        &self,
        changes: Vec<(Change, Option<ObjectEvent>)>,
    ) -> Result<Vec<Box<str>>, StoreError> {
        let keys: Vec<_> = changes
            .iter()
            .map(|(change, _)| change.key.clone())
            .collect();
        let together = |(change, event)| Op::Together(self.ops(change, event));
        let ops = changes.into_iter().map(together).collect();
        let answers = self.store.commit(ops).await?;
        let unmet = |(key, answer)| match answer {
            Answer::Together(Ok(_)) => None,
            _ => Some(key),
        };
        Ok(keys.into_iter().zip(answers).filter_map(unmet).collect())
    }

    fn ops(&self, change: Change, event: Option<ObjectEvent>) -> Vec<Op> {
        let Function { space, channel } = &self.functions[change.function];
        let when = change
            .from
            .map_or(When::Absent, |mark| When::Version(mark.version));
        let mark = match change.seen {
            Some(seen) => Op::KvPut(KvPut {
                space: space.clone(),
                key: change.key,
                value: seen.encode(),
                ttl: None,
                when,
            }),
            None => Op::KvDelete(KvDelete {
                space: space.clone(),
                key: change.key,
                when,
            }),
        };
        let push = event.map(|event| {
            Op::Push(Push {
                queue: channel.clone(),
                limit: None,
                remember: 0,
                messages: vec![feed::encode(&event)],
            })
        });
        [mark].into_iter().chain(push).collect()
    }

    /// Reads what is known about the folder.
    pub(super) async fn place(&self) -> Result<Option<Known>, StoreError> {
        let entry = self.store.kv_get(SPACE, self.bucket).await?;
        Ok(entry.and_then(|entry| serde_json::from_slice(&entry.value).ok()))
    }

    /// Writes down which folder the marks are about from now on. Returns from which version on they are.
    pub(super) async fn set_place(
        &self,
        before: Option<Known>,
        root: &Root,
    ) -> Result<u64, StoreError> {
        let since = match before.clone() {
            None => 0,
            Some(known) if known.is_at(root) => known.since,
            // all marks that there are have an earlier version than this
            Some(known) => self.put_place(&known).await?,
        };
        let known = Known {
            folder: root.path.to_string_lossy().into_owned(),
            is_mount: root.is_mount,
            since,
        };
        if before.as_ref() != Some(&known) {
            self.put_place(&known).await?;
        }
        Ok(since)
    }

    async fn put_place(&self, known: &Known) -> Result<u64, StoreError> {
        let put = KvPut {
            space: SPACE.into(),
            key: self.bucket.into(),
            value: serde_json::to_vec(known)
                .expect("texts, numbers and flags can be written")
                .into(),
            ttl: None,
            when: When::Always,
        };
        self.store
            .kv_put(put)
            .await?
            .map_err(|_| StoreError::Stopped)
    }
}

/// The space of marks, which nobody else writes to.
const SPACE: &str = "faas.objects";

/// How many marks are read at once.
const PAGE: u32 = 512;

/// The folder that marks are about.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Known {
    folder: String,
    /// Whether it was the top of a file system.
    pub(super) is_mount: bool,
    /// Marks of an earlier version are about another folder.
    since: u64,
}

impl Known {
    /// Tells whether it is the same folder, mounted or not.
    pub(super) fn is_at(&self, root: &Root) -> bool {
        self.folder == root.path.to_string_lossy()
    }
}

//! Keys with values on this machine's disk.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::super::store::{KvDelete, KvEntry, KvPut, KvScan, Store, StoreError};
use super::message::{span, time};
use crate::services::{Conflict, Delete, Entry, KeyValue, KvError, Page, Put, Scan};

/// The keys with values of a store.
#[derive(Debug)]
pub(super) struct StoredKv(pub(super) Store);

impl KeyValue for StoredKv {
    fn get(&self, space: &str, key: &str) -> BoxFuture<'static, Result<Option<Entry>, KvError>> {
        let store = self.0.clone();
        let (space, key) = (space.to_owned(), key.to_owned());
        async move {
            let found = store.kv_get(&space, &key).await.map_err(told)?;
            Ok(found.map(|found| entry(found).1))
        }
        .boxed()
    }

    fn put(&self, put: Put) -> BoxFuture<'static, Result<Result<u64, Conflict>, KvError>> {
        let store = self.0.clone();
        let Put {
            space,
            key,
            value,
            ttl,
            when,
        } = put;
        let put = KvPut {
            space,
            key,
            value,
            ttl: ttl.map(span),
            when,
        };
        async move { store.kv_put(put).await.map_err(told) }.boxed()
    }

    fn delete(
        &self,
        delete: Delete,
    ) -> BoxFuture<'static, Result<Result<bool, Conflict>, KvError>> {
        let store = self.0.clone();
        let Delete { space, key, when } = delete;
        async move {
            let delete = KvDelete { space, key, when };
            store.kv_delete(delete).await.map_err(told)
        }
        .boxed()
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'static, Result<Page, KvError>> {
        let store = self.0.clone();
        let Scan {
            space,
            prefix,
            after,
            most,
        } = scan;
        async move {
            let scan = KvScan {
                space,
                prefix,
                after,
                most,
            };
            let entries: Vec<_> = store.kv_scan(scan).await.map_err(told)?;
            let is_full = entries.len() >= usize::try_from(most).unwrap_or(usize::MAX);
            let entries: Vec<_> = entries.into_iter().map(entry).collect();
            let last = entries.last().filter(|_| is_full);
            let next = last.map(|(key, _)| key.clone());
            Ok(Page { entries, next })
        }
        .boxed()
    }
}

fn entry(found: KvEntry) -> (Box<str>, Entry) {
    let KvEntry {
        key,
        value,
        version,
        expires,
    } = found;
    let expires = expires.map(time);
    let entry = Entry {
        value,
        version,
        expires,
    };
    (key, entry)
}

fn told(error: StoreError) -> KvError {
    let why = error.to_string();
    match error {
        StoreError::TooLarge { .. } | StoreError::Empty { .. } => KvError::Refused { why },
        _ => KvError::Unreachable { why },
    }
}

#[cfg(test)]
mod tests {
    //! That the disk keeps what memory keeps: the same calls, the same answers.

    use std::sync::Arc;
    use std::time::Duration;

    use bytes::Bytes;

    use super::super::super::store::{Durability, Sqlite};
    use super::super::message::millis;
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::services::{MemoryKv, When};

    fn put(key: &str, value: &'static [u8], ttl: Option<u64>, when: When) -> Put {
        Put {
            space: "space".into(),
            key: key.into(),
            value: Bytes::from_static(value),
            ttl: ttl.map(Duration::from_secs),
            when,
        }
    }

    fn remove(key: &str, when: When) -> Delete {
        Delete {
            space: "space".into(),
            key: key.into(),
            when,
        }
    }

    fn list(space: &str, prefix: &str, after: Option<&str>, most: u32) -> Scan {
        Scan {
            space: space.into(),
            prefix: prefix.into(),
            after: after.map(Into::into),
            most,
        }
    }

    async fn check(clock: &ManualClock, kv: &dyn KeyValue) {
        use When::{Absent, Always, Version};
        let first = kv.put(put("a", b"1", None, Absent)).await.unwrap().unwrap();
        let found = kv.get("space", "a").await.unwrap().unwrap();
        assert_eq!(
            (&*found.value, found.version, found.expires),
            (&b"1"[..], first, None)
        );
        assert_eq!(kv.get("elsewhere", "a").await, Ok(None));
        let conflict = Conflict { found: Some(first) };
        assert_eq!(
            kv.put(put("a", b"2", None, Absent)).await,
            Ok(Err(conflict))
        );
        let second = kv.put(put("a", b"\0\xff", Some(60), Version(first))).await;
        let second = second.unwrap().unwrap();
        assert!(second > first);
        let conflict = Conflict {
            found: Some(second),
        };
        assert_eq!(
            kv.put(put("a", b"3", None, Version(first))).await,
            Ok(Err(conflict))
        );
        assert_eq!(
            kv.delete(remove("a", Version(first))).await,
            Ok(Err(conflict))
        );
        let minute = Duration::from_secs(60);
        let found = kv.get("space", "a").await.unwrap().unwrap();
        assert_eq!(found.expires, Some(clock.wall() + minute));
        assert_eq!(&*found.value, b"\0\xff");
        clock.advance(minute);
        assert_eq!(kv.get("space", "a").await, Ok(None));
        let nothing = Conflict { found: None };
        assert_eq!(
            kv.put(put("a", b"4", None, Version(second))).await,
            Ok(Err(nothing))
        );
        assert_eq!(kv.delete(remove("a", Always)).await, Ok(Ok(false)));
        let third = kv.put(put("a", b"5", None, Absent)).await.unwrap().unwrap();
        assert!(third > second);
        assert_eq!(kv.delete(remove("a", Version(third))).await, Ok(Ok(true)));
        pages(kv).await;
    }

    async fn pages(kv: &dyn KeyValue) {
        for key in ["b/2", "b/1", "a", "b/3", "c", "ä"] {
            kv.put(put(key, b"x", None, When::Always))
                .await
                .unwrap()
                .unwrap();
        }
        let names = |page: &Page| -> Vec<_> {
            let entries = page.entries.iter();
            entries.map(|(key, _)| key.to_string()).collect()
        };
        let page = kv.scan(list("space", "b/", None, 2)).await.unwrap();
        assert_eq!(names(&page), ["b/1", "b/2"]);
        let page = kv
            .scan(list("space", "b/", page.next.as_deref(), 2))
            .await
            .unwrap();
        assert_eq!((names(&page), page.next), (vec!["b/3".to_owned()], None));
        let page = kv.scan(list("space", "", None, 10)).await.unwrap();
        assert_eq!(names(&page), ["a", "b/1", "b/2", "b/3", "c", "ä"]);
        let page = kv.scan(list("elsewhere", "", None, 10)).await.unwrap();
        assert_eq!(page, Page::default());
    }

    #[tokio::test]
    async fn memory_keeps_the_laws() {
        let clock = ManualClock::new();
        check(&clock, &MemoryKv::new(Arc::new(clock.clone()))).await;
    }

    #[tokio::test]
    async fn the_disk_keeps_the_laws() {
        let clock = ManualClock::new();
        let folder = tempfile::tempdir().unwrap();
        let now = millis(clock.wall());
        let sqlite = Sqlite::open(folder.path(), Durability::Process, now).unwrap();
        let store = Store::start(Box::new(sqlite), Arc::new(clock.clone())).unwrap();
        let kv = StoredKv(store.clone());
        check(&clock, &kv).await;
        let error = kv.put(put("", b"", None, When::Always)).await.unwrap_err();
        assert!(matches!(error, KvError::Refused { .. }), "{error}");
        store.close().await;
        let error = kv.get("space", "a").await.unwrap_err();
        assert!(matches!(error, KvError::Unreachable { .. }), "{error}");
    }
}

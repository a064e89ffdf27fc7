//! Keys with values.

use std::collections::BTreeMap;

use super::super::kv::{KvDelete, KvEntry, KvPage, KvPut, KvScan};
use super::super::model::{Millis, after};
use crate::services::Conflict;

/// All keys, also those whose time is over.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(BTreeMap<(Box<str>, Box<str>), KvEntry>);

impl Keys {
    pub(super) fn put(
        &mut self,
        now: Millis,
        put: &KvPut,
        last_id: &mut i64,
    ) -> Result<u64, Conflict> {
        put.when.admits(self.version(now, &put.space, &put.key))?;
        *last_id += 1;
        let entry = KvEntry {
            key: put.key.clone(),
            value: put.value.clone(),
            version: last_id.unsigned_abs(),
            expires: put.ttl.map(|ttl| after(now, ttl)),
        };
        self.0.insert((put.space.clone(), put.key.clone()), entry);
        Ok(last_id.unsigned_abs())
    }

    pub(super) fn delete(&mut self, now: Millis, delete: &KvDelete) -> Result<bool, Conflict> {
        let found = self.version(now, &delete.space, &delete.key);
        delete.when.admits(found)?;
        if found.is_some() {
            self.0.remove(&(delete.space.clone(), delete.key.clone()));
        }
        Ok(found.is_some())
    }

    pub(super) fn forget(&mut self, now: Millis, most: usize) -> usize {
        let mut over: Vec<_> = self
            .0
            .iter()
            .filter(|(_, entry)| !lives(entry, now))
            .map(|(name, entry)| (entry.expires, name.clone()))
            .collect();
        over.sort();
        over.truncate(most);
        for (_, name) in &over {
            self.0.remove(name);
        }
        over.len()
    }

    pub(super) fn get(&self, now: Millis, space: &str, key: &str) -> Option<KvEntry> {
        self.0
            .get(&(space.into(), key.into()))
            .filter(|entry| lives(entry, now))
            .cloned()
    }

    pub(super) fn scan(&self, now: Millis, scan: &KvScan) -> KvPage {
        let mut page = KvPage::default();
        for ((space, key), entry) in &self.0 {
            let is_behind = scan.after.as_ref().is_none_or(|after| key > after);
            if *space == scan.space
                && key.starts_with(&*scan.prefix)
                && is_behind
                && lives(entry, now)
                && !page.add(entry.clone(), scan.most)
            {
                break;
            }
        }
        page
    }

    fn version(&self, now: Millis, space: &str, key: &str) -> Option<u64> {
        self.get(now, space, key).map(|entry| entry.version)
    }
}

fn lives(entry: &KvEntry, now: Millis) -> bool {
    entry.expires.is_none_or(|expires| expires > now)
}

//! Keys with values.

use bytes::Bytes;
use rusqlite::Row;

use super::super::kv::{KvDelete, KvEntry, KvPage, KvPut, KvScan};
use super::super::model::after;
use super::batch::{Batch, optional};
use crate::services::Conflict;

/// Selects what [`read`] reads.
macro_rules! select_entry {
    ($rest:literal) => {
        concat!(
            "SELECT key, version, expires, value FROM kv WHERE space = ?1 AND ",
            $rest,
            " AND (expires IS NULL OR expires > ?3)"
        )
    };
}

impl Batch<'_> {
    pub(super) fn kv_get(&self, space: &str, key: &str) -> rusqlite::Result<Option<KvEntry>> {
        optional(
            self.statement(select_entry!("key = ?2"))?
                .query_row((space, key, self.now), read),
        )
    }

    pub(super) fn kv_put(&mut self, put: &KvPut) -> rusqlite::Result<Result<u64, Conflict>> {
        let found = self.version(&put.space, &put.key)?;
        if let Err(conflict) = put.when.admits(found) {
            return Ok(Err(conflict));
        }
        let version = self.new_id()?;
        self.run(
            "INSERT INTO kv (space, key, version, expires, value) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (space, key) DO UPDATE
             SET version = excluded.version, expires = excluded.expires, value = excluded.value",
            (
                &put.space,
                &put.key,
                version,
                put.ttl.map(|ttl| after(self.now, ttl)),
                &*put.value,
            ),
        )?;
        Ok(Ok(version.unsigned_abs()))
    }

    pub(super) fn kv_delete(
        &mut self,
        delete: &KvDelete,
    ) -> rusqlite::Result<Result<bool, Conflict>> {
        let found = self.version(&delete.space, &delete.key)?;
        if let Err(conflict) = delete.when.admits(found) {
            return Ok(Err(conflict));
        }
        if found.is_some() {
            self.run(
                "DELETE FROM kv WHERE space = ?1 AND key = ?2",
                (&delete.space, &delete.key),
            )?;
        }
        Ok(Ok(found.is_some()))
    }

    pub(super) fn kv_scan(&self, scan: &KvScan) -> rusqlite::Result<KvPage> {
        let mut page = KvPage::default();
        let mut statement =
            self.statement(concat!(select_entry!("key >= ?2"), " ORDER BY space, key"))?;
        let mut rows = statement.query((&scan.space, scan.begin(), self.now))?;
        while let Some(row) = rows.next()? {
            // what begins alike stands together
            if !row.get_ref(0)?.as_str()?.starts_with(&*scan.prefix)
                || !page.add(read(row)?, scan.most)
            {
                break;
            }
        }
        Ok(page)
    }

    /// Removes keys whose time is over, the longest first.
    pub(super) fn kv_forget(&self, most: u32) -> rusqlite::Result<u32> {
        let forgotten = self.run(
            "DELETE FROM kv WHERE (space, key) IN (
                 SELECT space, key FROM kv INDEXED BY kv_over WHERE expires <= ?1
                 ORDER BY expires, space, key LIMIT ?2
             )",
            (self.now, most),
        )?;
        Ok(u32::try_from(forgotten).unwrap_or(most))
    }

    fn version(&self, space: &str, key: &str) -> rusqlite::Result<Option<u64>> {
        optional(
            self.statement(
                "SELECT version FROM kv WHERE space = ?1 AND key = ?2
                 AND (expires IS NULL OR expires > ?3)",
            )?
            .query_row((space, key, self.now), |row| row.get(0)),
        )
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<KvEntry> {
    Ok(KvEntry {
        key: row.get(0)?,
        version: row.get(1)?,
        expires: row.get(2)?,
        value: Bytes::copy_from_slice(row.get_ref(3)?.as_blob()?),
    })
}

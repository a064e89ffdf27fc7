//! The store on one SQLite file, which several processes may share.
//!
//! Every commit is one `IMMEDIATE` transaction, so claims of several processes never overlap. A message lies in two tables:
//! `content`, written once, and `message`, small, which each claim rewrites. What is written is in [`schema`]; a commit is a
//! [`batch`], its operations are in the files beside it. A damaged file is never written to again.

mod batch;
mod claim;
mod dead;
mod fault;
mod folder;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod kv;
mod log;
mod look;
mod owners;
mod push;
mod reserve;
mod row;
mod schema;
mod settle;
mod status;
mod task;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use self::batch::transact;
use self::fault::fault;
use self::owners::Owner;
use self::reserve::Reserve;
use super::error::StoreError;
use super::model::{Millis, OwnerId};
use super::op::{Committed, Op, QueueStore};

/// What a confirmed message survives.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Durability {
    /// A loss of power too: each commit waits until the disk has it, except those that only claim or look.
    #[default]
    Disk,
    /// The end of the process, however it ends; a loss of power may take back what was confirmed last.
    Process,
}

/// A store in a file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    connection: Connection,
    path: Arc<Path>,
    owner: Owner,
    reserve: Reserve,
    names: Names,
    durability: Durability,
    /// Whether the next commit would wait for the disk.
    waits: bool,
    /// The value of `PRAGMA data_version` when it was last looked at.
    version: i64,
    /// What was found wrong with the file; from then on every commit is refused.
    damage: Option<StoreError>,
}

/// The queues' numbers, as far as they are known.
type Names = HashMap<Arc<str>, i64>;

impl Sqlite {
    /// Opens `queue.db` in the folder, both made if there are none. What was claimed by processes that are gone is given back.
    ///
    /// # Errors
    ///
    /// The file is damaged, of somebody else, of a later version, or cannot be used; it is left as it is.
    pub(crate) fn open(
        folder: &Path,
        durability: Durability,
        now: Millis,
    ) -> Result<Self, StoreError> {
        let path: Arc<Path> = folder.join(FILE).into();
        let io = |error: std::io::Error| StoreError::Io {
            path: Arc::clone(&path),
            why: error.to_string(),
        };
        folder::create(folder).map_err(io)?;
        // if this fails, SQLite says why in its own words
        let _ = folder::touch(&path);
        let reserve = folder.join(RESERVE);
        let connection = match schema::open(&path, durability) {
            // it needs some room for itself, and what it opens may want to run empty
            Err(StoreError::Full { .. }) if std::fs::remove_file(&reserve).is_ok() => {
                schema::open(&path, durability)
            }
            opened => opened,
        }?;
        let (owner, gone) = Owner::register(&folder.join(OWNERS)).map_err(io)?;
        let mut store = Self {
            connection,
            path,
            owner,
            reserve: Reserve::keep(reserve, now),
            names: Names::new(),
            durability,
            waits: durability == Durability::Disk,
            version: 0,
            damage: None,
        };
        for former in gone {
            store.commit(now, &[Op::Abandon(former.id())])?;
            former.forget();
        }
        Ok(store)
    }

    /// Returns who claims through this store.
    pub(crate) fn owner(&self) -> OwnerId {
        self.owner.id()
    }

    fn transact(&mut self, now: Millis, ops: &[Op]) -> Result<Committed, StoreError> {
        let waits = self.durability == Durability::Disk && !ops.iter().all(Op::is_light);
        let committed = self
            .wait_for_disk(waits)
            .and_then(|()| transact(&mut self.connection, &mut self.names, now, ops, waits));
        committed.map_err(|error| {
            // some of them may have got their numbers in what was rolled back
            self.names.clear();
            fault(&self.path, error)
        })
    }

    /// Says whether the next commit waits for the disk.
    fn wait_for_disk(&mut self, waits: bool) -> rusqlite::Result<()> {
        if self.waits != waits {
            schema::wait_for_disk(&self.connection, waits)?;
            self.waits = waits;
        }
        Ok(())
    }

    /// Tells whether the file has so much unused room that it can do without the reserve.
    fn has_room_inside(&self) -> bool {
        let unused: rusqlite::Result<usize> =
            self.connection
                .pragma_query_value(None, "freelist_count", |row| row.get(0));
        unused.is_ok_and(|pages| pages >= reserve::SIZE / schema::PAGE)
    }

    /// Moves what is in the log into the file, so that the log can begin anew in the room that it has. Tells whether that
    /// went well.
    fn empty_log(&self) -> bool {
        let moved = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| {
                let (in_log, moved): (i64, i64) = (row.get(1)?, row.get(2)?);
                Ok(in_log > 0 && in_log == moved)
            });
        // the error that led here is the one to tell
        moved.unwrap_or(false)
    }
}

/// The file in the data folder.
const FILE: &str = "queue.db";

/// The file beside it that keeps room.
const RESERVE: &str = "queue.reserve";

/// The folder beside it in which the processes say that they live.
const OWNERS: &str = "queue.owners";

impl QueueStore for Sqlite {
    fn commit(&mut self, now: Millis, ops: &[Op]) -> Result<Committed, StoreError> {
        if let Some(damage) = &self.damage {
            return Err(damage.clone());
        }
        let brings_more = ops.iter().any(Op::brings_more);
        if brings_more && self.reserve.is_spent(now) && !self.has_room_inside() {
            return Err(StoreError::Full {
                path: Arc::clone(&self.path),
                why: "the last 16 MiB are kept for running the queues empty".to_owned(),
            });
        }
        let mut done = self.transact(now, ops);
        if is_full(&done) && self.empty_log() {
            done = self.transact(now, ops);
        }
        if is_full(&done) && self.reserve.spend(now) {
            self.empty_log();
            done = self.transact(now, ops);
        }
        if let Err(error @ StoreError::Corrupt { .. }) = &done {
            self.damage = Some(error.clone());
            // a checkpoint could write over what can still be saved; where even this fails, nothing can be written
            let _ = self
                .connection
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        done
    }

    fn changed_by_others(&mut self) -> bool {
        // a file that cannot be read is told of by the next commit
        let version = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .unwrap_or(self.version);
        std::mem::replace(&mut self.version, version) != version
    }
}

fn is_full<T>(done: &Result<T, StoreError>) -> bool {
    matches!(done, Err(StoreError::Full { .. }))
}

/// The path of a file beside the database: SQLite appends to the whole name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

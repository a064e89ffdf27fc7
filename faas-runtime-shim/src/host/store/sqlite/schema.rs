//! What is in the file, and how it is opened: nothing is written before the file has turned out to be ours and whole.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::super::error::StoreError;
use super::fault::fault;
use super::{Durability, log};

/// Opens the file, and makes it if there is none.
pub(super) fn open(path: &Arc<Path>, durability: Durability) -> Result<Connection, StoreError> {
    let fault = |error| fault(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    // until it is known to be whole, closing it must not write to it either
    let checkpoints_on_close = |connection: &Connection, on: bool| {
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !on)
            .map(drop)
    };
    checkpoints_on_close(&connection, false).map_err(fault)?;
    connection.busy_handler(Some(wait)).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // else statements on partial indexes are compiled anew with every value that they are bound to
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(fault)?;
    check(&connection, path)?;
    if durability == Durability::Disk {
        log::check(&mut connection, path)?;
    }
    use_log(&connection).map_err(fault)?;
    settle_in(&connection, durability).map_err(fault)?;
    migrate(&mut connection).map_err(fault)?;
    checkpoints_on_close(&connection, true).map_err(fault)?;
    Ok(connection)
}

/// More than there are different ones.
const STATEMENTS: usize = 128;

/// Waits for another process to let go of the file. SQLite's own handler sleeps up to 100 ms, in which a busy neighbour
/// takes the file a hundred times.
fn wait(tries: i32) -> bool {
    if tries == 0 {
        thread::yield_now();
    } else {
        thread::sleep(PAUSE);
    }
    tries < MAX_PAUSES
}

const PAUSE: Duration = Duration::from_micros(500);

/// Ten seconds at least: longer than any commit, even of a slow disk.
const MAX_PAUSES: i32 = 20_000;

/// Makes sure that the file is ours, and whole.
fn check(connection: &Connection, path: &Arc<Path>) -> Result<(), StoreError> {
    let fault = |error| fault(path, error);
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master", (), |row| row.get(0))
        .map_err(fault)?;
    if tables == 0 {
        return Ok(());
    }
    let foreign = |why: String| StoreError::Foreign {
        path: Arc::clone(path),
        why,
    };
    let application = number("application_id").map_err(fault)?;
    if application != APPLICATION {
        return Err(foreign(format!(
            "its application id is `{application}`, expected `{APPLICATION}`"
        )));
    }
    let version = number("user_version").map_err(fault)?;
    if usize::try_from(version).is_ok_and(|version| version > MIGRATIONS.len()) {
        return Err(foreign(format!(
            "its version is `{version}`, the latest known is `{}`",
            MIGRATIONS.len()
        )));
    }
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", (), |row| row.get(0))
        .map_err(fault)?;
    if found != "ok" {
        return Err(StoreError::Corrupt {
            path: Arc::clone(path),
            why: found.replace('\n', ", "),
        });
    }
    Ok(())
}

/// `faas`, in ASCII.
const APPLICATION: i64 = 0x6661_6173;

/// Turns the write-ahead log on. While another process does the same, SQLite refuses without waiting.
fn use_log(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match mode {
            Err(error) if is_busy(&error) && wait(tries) => tries += 1,
            mode => return mode.map(drop),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

fn settle_in(connection: &Connection, durability: Durability) -> rusqlite::Result<()> {
    wait_for_disk(connection, durability == Durability::Disk)?;
    // only macOS looks at these: there, plain fsync leaves data in the cache of the disk
    connection.pragma_update(None, "fullfsync", durability == Durability::Disk)?;
    connection.pragma_update(None, "checkpoint_fullfsync", durability == Durability::Disk)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", MAX_LOG)?;
    Ok(())
}

/// Says whether commits from now on wait until the disk has them. It is about this connection alone, and takes no part in
/// what is in the file; a commit that waits has the earlier ones on the disk too.
pub(super) fn wait_for_disk(connection: &Connection, on: bool) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", if on { "full" } else { "normal" })
}

const CACHE_KIB: i64 = 16 * 1024;

/// SQLite's default, which is what our files have.
pub(super) const PAGE: usize = 4096;

/// 4 MiB of pages. The reserve and the sizes of commits go by it.
const CHECKPOINT_PAGES: i64 = 1000;

/// What a burst has left of the log is given back to the file system, down to this size.
const MAX_LOG: i64 = 64 * 1024 * 1024;

/// The page of `counter`.
pub(super) const MARKED: u32 = 2;

/// What ends it, since its only row does.
pub(super) const MARK: &[u8] = b"this commit was waited for";

/// Brings the file to the latest version. Of two processes that start together one finds it done.
fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing @ [_, ..]) = MIGRATIONS.get(version..) else {
        return Ok(());
    };
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()
}

/// What leads from each version to the next.
///
/// `message.waits` is 1 for a message behind another one of its lane, whatever that one waits for; so `ready` has the lanes'
/// first messages together and a claim reads no more of it than it takes. A lane's order is `place`.
/// A task has the number of its message. As long as its `state` is 0 the message is in its queue and says the rest; it is not
/// forgotten before `until`.
///
/// `counter` has the file's first page behind that of the schema to itself: [`MARKED`], which every commit that waits for the
/// disk writes.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE counter (next INTEGER NOT NULL, commits INTEGER NOT NULL, mark TEXT NOT NULL);
    INSERT INTO counter (next, commits, mark) VALUES (1, 0, 'this commit was waited for');

    CREATE TABLE queue (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        live INTEGER NOT NULL DEFAULT 0,
        dead INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE content (
        id INTEGER PRIMARY KEY,
        sent INTEGER NOT NULL,
        body BLOB,
        media_type TEXT,
        attributes BLOB,
        idempotency_key TEXT,
        trace TEXT
    ) STRICT;

    CREATE TABLE message (
        id INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        waits INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        due INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        lane BLOB,
        place INTEGER,
        lease INTEGER,
        owner INTEGER,
        claimed INTEGER
    ) STRICT;
    CREATE INDEX ready ON message (queue, waits, priority, due, id) WHERE lease IS NULL;
    CREATE INDEX leased ON message (queue, lease, id) WHERE lease IS NOT NULL;
    CREATE INDEX lanes ON message (queue, lane, place) WHERE lane IS NOT NULL;

    CREATE TABLE dead (
        id INTEGER PRIMARY KEY,
        queue INTEGER NOT NULL,
        died INTEGER NOT NULL,
        reason TEXT NOT NULL,
        priority INTEGER NOT NULL,
        due INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        fence INTEGER NOT NULL,
        lane BLOB
    ) STRICT;
    CREATE INDEX deaths ON dead (queue, died, id);

    CREATE TABLE failure (
        message INTEGER NOT NULL,
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        kind TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (message, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE known (
        queue INTEGER NOT NULL,
        key TEXT NOT NULL,
        id INTEGER NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (queue, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX forgotten ON known (until);

    CREATE TABLE kv (
        space TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        expires INTEGER,
        value BLOB NOT NULL,
        PRIMARY KEY (space, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kv_over ON kv (expires) WHERE expires IS NOT NULL;

    CREATE TABLE task (
        message INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        queue INTEGER NOT NULL,
        state INTEGER NOT NULL DEFAULT 0,
        submitted INTEGER NOT NULL,
        keep INTEGER NOT NULL,
        until INTEGER NOT NULL,
        cancel INTEGER NOT NULL DEFAULT 0,
        attempt INTEGER NOT NULL DEFAULT 0,
        started INTEGER,
        finished INTEGER,
        expires INTEGER,
        reason TEXT,
        failed INTEGER,
        failed_attempt INTEGER,
        kind TEXT,
        note TEXT,
        progress TEXT,
        media_type TEXT,
        result BLOB
    ) STRICT;
    CREATE INDEX tasks ON task (queue, state);
    CREATE INDEX task_over ON task (expires) WHERE expires IS NOT NULL;
"];

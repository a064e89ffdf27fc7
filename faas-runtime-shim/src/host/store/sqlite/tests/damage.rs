//! A damaged file is told of, and left as it is.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

/// A folder with a file of `count` messages, closed in good order.
fn filled(count: usize) -> TempDir {
    let folder = new_folder();
    let mut store = open(folder.path());
    let bodies = (0..count).map(|number| format!("{number:0500}"));
    store.commit(NOW, &[push(bodies)]).unwrap();
    folder
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join(FILE)
}

/// What a user is told who opens the folder, which must still be as it is now when that was refused.
#[track_caller]
fn refusal(folder: &TempDir) -> StoreError {
    let before = fs::read(file(folder)).unwrap();
    let error = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap_err();
    assert!(before == fs::read(file(folder)).unwrap(), "{error}");
    error
}

#[test]
fn a_file_that_is_no_database() {
    let folder = new_folder();
    fs::write(file(&folder), "to whom it may concern\n".repeat(1000)).unwrap();
    let error = refusal(&folder);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("`{}` is damaged (", file(&folder).display())),
        "{text}"
    );
}

#[test]
fn a_file_of_somebody_else() {
    let folder = new_folder();
    let theirs = Connection::open(file(&folder)).unwrap();
    theirs.execute_batch("CREATE TABLE theirs (a)").unwrap();
    drop(theirs);
    let error = refusal(&folder);
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` cannot be read by this version (its application id is `0`, expected `1717657971`); \
             choose another folder, or the version that has written it",
            file(&folder).display()
        )
    );
}

#[test]
fn a_file_of_a_later_version() {
    let folder = filled(1);
    let later = Connection::open(file(&folder)).unwrap();
    later.pragma_update(None, "user_version", 1000).unwrap();
    drop(later);
    let error = refusal(&folder);
    assert!(
        error
            .to_string()
            .contains("its version is `1000`, the latest known is `"),
        "{error}"
    );
}

#[test]
fn a_damaged_page_is_found_at_the_start() {
    let folder = filled(2000);
    let mut bytes = fs::read(file(&folder)).unwrap();
    assert!(bytes.len() > 100 * 4096);
    for page in 40..60 {
        bytes[page * 4096..page * 4096 + 64].fill(0xa5);
    }
    fs::write(file(&folder), bytes).unwrap();
    let error = refusal(&folder);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
}

#[test]
fn a_page_damaged_under_way_stops_the_store() {
    let folder = filled(2000);
    let mut store = open(folder.path());
    let mut bytes = fs::read(file(&folder)).unwrap();
    for page in 1..bytes.len() / 4096 {
        bytes[page * 4096..page * 4096 + 64].fill(0xa5);
    }
    fs::write(file(&folder), &bytes).unwrap();
    store
        .connection
        .execute_batch("PRAGMA shrink_memory")
        .unwrap();
    let error = store.commit(NOW, &[push(["one more"])]).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    assert_eq!(store.commit(NOW, &[Op::Count(None)]), Err(error));
    drop(store);
    assert!(fs::read(file(&folder)).unwrap() == bytes);
}

/// Five commits, one for each message, all of them in the log, as a loss of power leaves it.
fn logged() -> TempDir {
    static FILES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let folder = new_folder();
        drop(open(folder.path()));
        let mut store = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap();
        for number in 0..5 {
            store.commit(NOW, &[push([number.to_string()])]).unwrap();
        }
        LOGGED.map(|name| fs::read(folder.path().join(name)).unwrap())
    });
    let folder = new_folder();
    for (name, bytes) in LOGGED.iter().zip(files) {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

const LOGGED: [&str; 2] = [FILE, "queue.db-wal"];

#[test]
fn the_log_is_read_after_a_loss_of_power() {
    let folder = logged();
    let mut store = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap();
    assert_eq!(ready(&mut store), ["0", "1", "2", "3", "4"]);
}

#[test]
fn a_log_without_its_head_is_told_of() {
    let folder = logged();
    let log = beside(&file(&folder), "-wal");
    let mut bytes = fs::read(&log).unwrap();
    bytes[..32].fill(0);
    fs::write(&log, &bytes).unwrap();
    let error = refusal(&folder);
    assert!(
        error
            .to_string()
            .contains("5 commits lie behind a damaged place of its write-ahead log"),
        "{error}"
    );
    assert!(fs::read(&log).unwrap() == bytes);
}

/// What a loss of power leaves of commits that nobody waited for, and of the one that was under way.
#[test]
fn a_hole_among_claims_is_none_of_the_damaged() {
    let folder = new_folder();
    drop(open(folder.path()));
    let mut store = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap();
    let bodies = ["a", "b", "c", "d", "e"];
    store.commit(NOW, &[push(bodies)]).unwrap();
    let log = beside(&folder.path().join(FILE), "-wal");
    let waited_for = fs::metadata(&log).unwrap().len() as usize;
    for _ in 0..4 {
        assert_eq!(claim(&mut store, 1).messages.len(), 1);
    }
    store.commit(NOW, &[push(["f"])]).unwrap();
    let copy = snapshot(folder.path());
    let log = beside(&file(&copy), "-wal");
    let mut bytes = fs::read(&log).unwrap();
    bytes[waited_for..waited_for + 4096].fill(0);
    fs::write(&log, &bytes).unwrap();
    let mut store = Sqlite::open(copy.path(), Durability::Disk, NOW).unwrap();
    assert_eq!(ready(&mut store), bodies);
}

#[test]
fn what_is_waited_for_is_marked() {
    let folder = new_folder();
    let store = open(folder.path());
    let (page, mark): (u32, Vec<u8>) = store
        .connection
        .query_row(
            "SELECT rootpage, (SELECT CAST(mark AS BLOB) FROM counter) FROM sqlite_master
             WHERE name = 'counter'",
            (),
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((page, &*mark), (schema::MARKED, schema::MARK));
    drop(store);
    let bytes = fs::read(file(&folder)).unwrap();
    assert!(bytes[..2 * 4096].ends_with(schema::MARK));
}

#[test]
fn a_log_of_which_the_end_was_never_written_is_none_of_the_damaged() {
    let folder = logged();
    let log = beside(&file(&folder), "-wal");
    let bytes = fs::read(&log).unwrap();
    fs::write(&log, &bytes[..bytes.len() - 5000]).unwrap();
    let mut store = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap();
    assert_eq!(ready(&mut store), ["0", "1", "2", "3"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    // A loss of power leaves the last commit as it likes, and nobody was told of that one.
    #[test]
    fn a_flipped_byte_of_the_log_costs_the_last_commit_at_most(at in any::<prop::sample::Index>()) {
        let folder = logged();
        let log = beside(&file(&folder), "-wal");
        let mut bytes = fs::read(&log).unwrap();
        *at.get_mut(&mut bytes) ^= 0xff;
        fs::write(&log, &bytes).unwrap();
        match Sqlite::open(folder.path(), Durability::Disk, NOW) {
            Ok(mut store) => prop_assert_eq!(&ready(&mut store)[..4], ["0", "1", "2", "3"]),
            Err(error) => {
                prop_assert!(matches!(error, StoreError::Corrupt { .. }), "{}", error);
                prop_assert!(fs::read(&log).unwrap() == bytes);
            }
        }
    }

    // Whether a flipped byte shows depends on what it was; it must never lead to a panic or to a file that is thrown away.
    #[test]
    fn a_flipped_byte_of_the_file_is_survived(at in any::<prop::sample::Index>(), mask in 1..=u8::MAX) {
        let folder = filled(50);
        let mut bytes = fs::read(file(&folder)).unwrap();
        *at.get_mut(&mut bytes) ^= mask;
        fs::write(file(&folder), &bytes).unwrap();
        let Ok(mut store) = Sqlite::open(folder.path(), Durability::Process, NOW) else {
            prop_assert!(fs::read(file(&folder)).unwrap() == bytes);
            return Ok(());
        };
        let owner = store.owner();
        let claim = Op::Claim(Claim {
            queue: "orders".into(),
            most: 100,
            most_bytes: usize::MAX,
            owner,
            lease: 60_000,
            ordered: true,
        });
        let claimed = try_ask(&mut store, claim);
        if let Ok(Answer::Claim(claims)) = &claimed {
            let verdicts = claims.messages.iter().map(|claimed| (claimed.token, Verdict::Done));
            // an answer or an error, as long as it comes
            let _ = try_ask(&mut store, Op::Settle(verdicts.collect()));
        }
        drop(store);
        prop_assert!(file(&folder).exists());
    }
}

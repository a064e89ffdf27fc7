//! A full disk costs what it has no room for, and nothing else.

use super::process::child;
use super::*;

/// As if the disk had room for so many pages.
fn limit(store: &Sqlite, pages: i64) {
    store
        .connection
        .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
        .unwrap();
}

#[track_caller]
fn check_full(committed: Result<Committed, StoreError>) {
    let error = committed.unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
}

/// Pushes until there is no room, and returns how many messages there was room for.
fn fill(store: &mut Sqlite) -> usize {
    for stored in 0..1000 {
        if let Err(error) = store.commit(NOW, &[push([format!("{stored:01000}")])]) {
            assert!(matches!(error, StoreError::Full { .. }), "{error}");
            assert!(error.is_retryable());
            return stored;
        }
    }
    panic!("there is no end to it");
}

fn depth(store: &mut Sqlite) -> usize {
    match try_ask(store, Op::Count(Some("orders".into()))).unwrap() {
        Answer::Count(counts) => counts[0].depth() as usize,
        answer => panic!("{answer:?}"),
    }
}

fn settle(store: &mut Sqlite, count: u32) {
    let claims = claim(store, count);
    let verdicts = claims
        .messages
        .iter()
        .map(|claimed| (claimed.token, Verdict::Done));
    let settled = try_ask(store, Op::Settle(verdicts.collect())).unwrap();
    assert_eq!(settled, Answer::Settle(vec![Ok(()); count as usize]));
}

#[test]
fn what_has_no_room_leaves_nothing_behind() {
    let folder = new_folder();
    let mut store = open(folder.path());
    limit(&store, 100);
    let large = || push(["x".repeat(1_000_000)]);
    let elsewhere = |body| match push([body]) {
        Op::Push(push) => Op::Push(Push {
            queue: "mails".into(),
            ..push
        }),
        op => op,
    };
    // the new queue's number is taken back with all the rest
    check_full(store.commit(NOW, &[push(["small"]), elsewhere("a"), large()]));
    assert_eq!(ready(&mut store), [""; 0]);
    limit(&store, 1000);
    let later = NOW + 5000;
    store
        .commit(later, &[elsewhere("b"), push(["small"])])
        .unwrap();
    store.commit(later, &[large()]).unwrap();
    drop(store);
    assert_eq!(depth(&mut open(folder.path())), 2);
}

#[test]
fn a_full_disk_does_not_keep_the_queue_from_running_empty() {
    let folder = new_folder();
    let reserve = folder.path().join(RESERVE);
    let mut store = open(folder.path());
    limit(&store, 100);
    let stored = fill(&mut store);
    assert!(stored > 40, "{stored}");
    // what was kept back is given away, and serves for settling alone
    assert!(!reserve.exists());
    check_full(store.commit(NOW, &[push(["small"])]));
    settle(&mut store, 30);
    assert_eq!(ready(&mut store).len(), stored - 30);
    check_full(store.commit(NOW + 4999, &[push(["small"])]));
    // in time there is room again
    store
        .commit(NOW + 5000, &[push(["there is room again"])])
        .unwrap();
    assert!(reserve.exists());
    drop(store);
    assert_eq!(depth(&mut open(folder.path())), stored - 30 + 1);
}

#[test]
fn who_finds_a_full_disk_does_not_fill_it_up() {
    let folder = new_folder();
    let mut store = open(folder.path());
    store.commit(NOW, &[push(["a", "b"])]).unwrap();
    drop(store);
    // as if there were no room for it
    let reserve = folder.path().join(RESERVE);
    std::fs::remove_file(&reserve).unwrap();
    std::fs::create_dir(&reserve).unwrap();
    let mut store = open(folder.path());
    let error = store.commit(NOW, &[push(["c"])]).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the disk has no room for more in `{}` (the last 16 MiB are kept for running the queues empty); \
             make room, or let the queues run empty",
            folder.path().join(FILE).display()
        )
    );
    settle(&mut store, 2);
    std::fs::remove_dir(&reserve).unwrap();
    store.commit(NOW + 5000, &[push(["c"])]).unwrap();
    assert_eq!(depth(&mut store), 1);
}

#[test]
fn unused_room_of_the_file_is_as_good_as_a_reserve() {
    let folder = new_folder();
    let mut store = open(folder.path());
    let large = |count| push((0..count).map(|_| vec![b'x'; 1_000_000]));
    store.commit(NOW, &[large(20)]).unwrap();
    limit(&store, 1);
    check_full(store.commit(NOW, &[large(1)]));
    settle(&mut store, 20);
    // as long as there is more of it than the reserve had
    store.commit(NOW, &[large(4)]).unwrap();
    check_full(store.commit(NOW, &[large(1)]));
    assert_eq!(depth(&mut store), 4);
}

#[cfg(unix)]
#[test]
fn files_that_may_not_grow_keep_what_was_confirmed() {
    // in the child: no file may be larger than 400 KiB, and nobody dies of trying
    let lines = child(
        "full::files_that_may_not_grow_keep_what_was_confirmed",
        Some("trap '' XFSZ; ulimit -f 800"),
        || {
            let folder = std::env::current_dir().unwrap();
            let mut store = Sqlite::open(&folder, Durability::Disk, NOW).unwrap();
            for number in 0..1000 {
                match store.commit(NOW, &[push([format!("{number:01000}")])]) {
                    Ok(_) => println!("stored {number}"),
                    Err(error) => {
                        println!("failed {error}");
                        break;
                    }
                }
            }
        },
    );
    let folder = lines.folder;
    let stored = lines
        .lines
        .iter()
        .filter(|line| line.starts_with("stored "))
        .count();
    assert!((50..1000).contains(&stored), "{:?}", lines.lines);
    assert!(
        lines.lines.iter().any(|line| line.starts_with("failed ")),
        "{:?}",
        lines.lines
    );
    let mut store = open(folder.path());
    let found = ready(&mut store).len() + peek(&mut store, View::Leased).len();
    // what was refused may have come through, but nothing that was confirmed is gone
    assert!((stored..=stored + 1).contains(&found), "{stored} {found}");
    store.commit(NOW, &[push(["there is room again"])]).unwrap();
}

//! What is waited for: everything but claims and looks.

use super::super::super::kv::KvPut;
use super::super::super::op::Extend;
use super::*;
use crate::services::When;

/// Whether the last commit would have waited for the disk, and how many did that changed something.
fn waits(store: &Sqlite) -> (bool, u32) {
    let connection = &store.connection;
    let level: u32 = connection
        .pragma_query_value(None, "synchronous", |row| row.get(0))
        .unwrap();
    let commits = connection
        .query_row("SELECT commits FROM counter", (), |row| row.get(0))
        .unwrap();
    // <https://www.sqlite.org/pragma.html#pragma_synchronous>: 1 is `normal`, 2 is `full`
    (level == 2, commits)
}

#[test]
fn only_what_promises_something_waits_for_the_disk() {
    let folder = new_folder();
    let mut store = Sqlite::open(folder.path(), Durability::Disk, NOW).unwrap();
    assert_eq!(waits(&store), (true, 0));
    store.commit(NOW, &[push(["a", "b"])]).unwrap();
    assert_eq!(waits(&store), (true, 1));
    let token = claim(&mut store, 1).messages[0].token;
    assert_eq!(waits(&store), (false, 1));
    let extend = Op::Extend(Extend {
        tokens: vec![token],
        owner: store.owner(),
        lease: 1000,
    });
    store
        .commit(NOW, &[extend.clone(), Op::Together(vec![Op::Count(None)])])
        .unwrap();
    assert_eq!(waits(&store), (false, 1));
    let settle = Op::Settle(vec![(token, Verdict::Done)]);
    store.commit(NOW, &[extend, settle.clone()]).unwrap();
    assert_eq!(waits(&store), (true, 2));
    // nothing came of it, so there is nothing to wait for
    store.commit(NOW, &[settle]).unwrap();
    assert_eq!(waits(&store), (true, 2));
    let put = KvPut {
        space: "settings".into(),
        key: "a".into(),
        value: Bytes::new(),
        ttl: None,
        when: When::Absent,
    };
    let forget = Op::Forget(1);
    store
        .commit(NOW, &[forget, Op::Together(vec![Op::KvPut(put)])])
        .unwrap();
    assert_eq!(waits(&store), (true, 3));
}

#[test]
fn where_the_disk_is_not_waited_for_nothing_is_marked() {
    let folder = new_folder();
    let mut store = open(folder.path());
    store.commit(NOW, &[push(["a"])]).unwrap();
    assert_eq!(waits(&store), (false, 0));
}

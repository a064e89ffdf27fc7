//! What holds of compare-and-swap on a store that fails: nobody overwrites what he has not read, no version comes twice, and
//! what is pushed together with a change is there as often as the change.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::memory::{Disk, Fate, Memory};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn the_real_store_swaps(steps in vec(steps(), 1..60)) {
        let folder = folder();
        check(&mut file(folder.path()), &steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn so_does_one_that_fails(
        steps in vec(steps(), 1..60),
        fates in vec(select(vec![Fate::Confirmed, Fate::Confirmed, Fate::Refused, Fate::Unconfirmed]), 100),
    ) {
        check(&mut Memory::with_fates(&Disk::default(), fates), &steps);
    }
}

/// What one of the clients does.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It reads the counter.
    Read(usize),
    /// It counts from what it has read last, and pushes a message; past so many messages there is no room.
    Count(usize, u64),
    /// It removes the counter that it has read last, and puts an equal one.
    Replace(usize),
}

const CLIENTS: usize = 3;

fn steps() -> impl Strategy<Value = Step> {
    let clients = || 0..CLIENTS;
    prop_oneof![
        4 => clients().prop_map(Step::Read),
        5 => (clients(), select(vec![5_u64, 100, 100])).prop_map(|(client, limit)| Step::Count(client, limit)),
        1 => clients().prop_map(Step::Replace),
    ]
}

/// A value and its version, as a client has read it.
type Seen = Option<(u64, u64)>;

fn check(store: &mut dyn QueueStore, steps: &[Step]) {
    let mut seen: [Seen; CLIENTS] = [None; CLIENTS];
    let mut versions = BTreeSet::new();
    let (mut counted, mut perhaps) = (0, 0);
    for step in steps {
        match *step {
            Step::Read(client) => {
                if let Some(read) = read(store) {
                    seen[client] = read;
                }
            }
            Step::Count(client, limit) => {
                let value = seen[client].map_or(0, |(value, _)| value);
                let push = Op::Push(Push {
                    limit: Some(limit),
                    ..push("orders", [message("counted")])
                });
                let count = counter(value + 1, seen[client]);
                match commit(store, Op::Together(vec![count, push])) {
                    Some(Answer::Together(Ok(answers))) => {
                        counted += 1;
                        note(&answers[0], &mut versions);
                    }
                    Some(Answer::Together(Err(_))) => {}
                    Some(answer) => panic!("{answer:?}"),
                    None => perhaps += 1,
                }
            }
            Step::Replace(client) => {
                let Some((value, version)) = seen[client] else {
                    continue;
                };
                let KvPut { space, key, .. } = put("counter", "", When::Always);
                let when = When::Version(version);
                let delete = Op::KvDelete(KvDelete { space, key, when });
                let replace = Op::Together(vec![delete, counter(value, None)]);
                if let Some(Answer::Together(Ok(answers))) = commit(store, replace) {
                    note(&answers[1], &mut versions);
                }
            }
        }
    }
    let value = loop {
        // what is left of the script may fail
        if let Some(read) = read(store) {
            break read.map_or(0, |(value, _)| value);
        }
    };
    let messages = loop {
        if let Some(Answer::Count(counts)) = commit(store, Op::Count(Some("orders".into()))) {
            break counts.first().map_or(0, Counts::depth);
        }
    };
    assert_eq!(value, messages);
    assert!(
        (counted..=counted + perhaps).contains(&value),
        "{counted} {perhaps} {value}"
    );
}

/// Writes the counter, if it is still as it was seen.
fn counter(value: u64, seen: Seen) -> Op {
    let when = seen.map_or(When::Absent, |(_, version)| When::Version(version));
    Op::KvPut(KvPut {
        value: Bytes::copy_from_slice(&value.to_be_bytes()),
        ..put("counter", "", when)
    })
}

#[track_caller]
fn note(answer: &Answer, versions: &mut BTreeSet<u64>) {
    let Answer::KvPut(Ok(version)) = answer else {
        panic!("{answer:?}");
    };
    assert!(
        versions.last().is_none_or(|last| last < version),
        "{version}"
    );
    versions.insert(*version);
}

fn read(store: &mut dyn QueueStore) -> Option<Seen> {
    let KvPut { space, key, .. } = put("counter", "", When::Always);
    match commit(store, Op::KvGet { space, key })? {
        Answer::KvGet(entry) => Some(entry.map(|entry| {
            let value = entry.value.as_ref().try_into().unwrap();
            (u64::from_be_bytes(value), entry.version)
        })),
        answer => panic!("{answer:?}"),
    }
}

/// What is answered, if anything is.
fn commit(store: &mut dyn QueueStore, op: Op) -> Option<Answer> {
    store.commit(START, &[op]).ok()?.answers.pop()
}

//! No statement goes through all there is, or sorts it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::types::Null;

use super::super::super::kv::{KvDelete, KvPut, KvScan};
use super::super::super::op::{Extend, Purge, Redrive, Unwanted, Which};
use super::super::super::task::{Reply, Submit, TaskList, TaskProgress, TaskState};
use super::super::row::select_place;
use super::*;
use crate::services::When;

thread_local! {
    static SEEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

fn see(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(statement, _) = event {
        SEEN.with_borrow_mut(|seen| seen.insert(statement.sql().into_owned()));
    }
}

#[test]
fn no_statement_scans_or_sorts() {
    let folder = new_folder();
    let mut store = open(folder.path());
    store
        .connection
        .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(see))
        .unwrap();
    ask_everything(&mut store);
    let none: Option<fn(TraceEvent<'_>)> = None;
    store
        .connection
        .trace_v2(TraceEventCodes::empty(), none)
        .unwrap();
    let statements = SEEN.take();
    assert!(statements.len() > 65, "{statements:#?}");
    for sql in statements
        .iter()
        .filter(|sql| !ALLOWED.iter().any(|allowed| sql.starts_with(allowed)))
    {
        let mut explained = store
            .connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let parameters = vec![Null; explained.parameter_count()];
        let steps: Vec<String> = explained
            .query_map(rusqlite::params_from_iter(parameters), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for step in steps {
            assert!(
                step.starts_with("SEARCH ")
                    || step.starts_with("SCALAR SUBQUERY")
                    || step.starts_with("LIST SUBQUERY"),
                "{step}: {sql}"
            );
        }
    }
}

const ALLOWED: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "SAVEPOINT",
    "ROLLBACK TO",
    "RELEASE",
    // one row
    "SELECT next FROM counter",
    "UPDATE counter",
    // the queues are asked for
    "SELECT name FROM queue ORDER BY name",
    "SELECT id FROM queue",
    // once, at the start: all that is leased, which is never much
    select_place!("INDEXED BY leased WHERE lease IS NOT NULL AND owner"),
];

fn ask_everything(store: &mut Sqlite) {
    let queue = || "orders".into();
    let Op::Push(keyed) = push(["a", "b", "c", "d", "e", "f"]) else {
        panic!("it is a push");
    };
    let messages = keyed
        .messages
        .into_iter()
        .enumerate()
        .map(|(number, message)| NewMessage {
            key: Some(Bytes::from_static(b"lane")),
            content: Content {
                idempotency_key: Some(number.to_string().into()),
                ..message.content
            },
            ..message
        })
        .collect();
    store
        .commit(
            NOW,
            &[Op::Push(Push {
                messages,
                limit: Some(10),
                ..keyed
            })],
        )
        .unwrap();
    let claims = claim(store, 5);
    let tokens: Vec<_> = claims
        .messages
        .iter()
        .map(|claimed| claimed.token)
        .collect();
    assert_eq!(tokens.len(), 5);
    let failure = Note::new("retry", "not yet");
    let verdicts = [
        Verdict::Done,
        Verdict::Again { after: 0, failure },
        Verdict::Return { after: 0 },
        rejected(),
    ];
    let view = |view| {
        Op::Peek(Peek {
            queue: queue(),
            view,
            most: 5,
        })
    };
    let purge = |what| {
        Op::Purge(Purge {
            queue: queue(),
            what,
            most: 1,
        })
    };
    let redrive = |which| {
        Op::Redrive(Redrive {
            queue: queue(),
            which,
        })
    };
    let owner = store.owner();
    let dead = tokens[3].id;
    let all = [
        Op::Extend(Extend {
            tokens: tokens.clone(),
            owner,
            lease: 1,
        }),
        Op::Settle(tokens.into_iter().zip(verdicts).collect()),
        Op::NextDue {
            queue: queue(),
            ordered: false,
        },
        view(View::Ready),
        view(View::Delayed),
        view(View::Leased),
        view(View::Dead),
        Op::Count(None),
        redrive(Which::Ids(vec![dead])),
        redrive(Which::Until(NOW, 1)),
        Op::Abandon(owner),
        purge(Unwanted::Stale(NOW)),
        purge(Unwanted::Dead(NOW)),
        purge(Unwanted::Unclaimed),
    ];
    store.commit(NOW + 1, &all).unwrap();
    store.commit(NOW + 1, &ask_keys()).unwrap();
    ask_tasks(store);
    // what was leased, and is so no more
    store.commit(NOW, &[push(["g"])]).unwrap();
    assert_eq!(claim(store, 1).messages.len(), 1);
    store
        .commit(NOW + 100_000, &[Op::Count(Some(queue()))])
        .unwrap();
}

fn ask_keys() -> Vec<Op> {
    let put = KvPut {
        space: "settings".into(),
        key: "a".into(),
        value: Bytes::new(),
        ttl: Some(1),
        when: When::Always,
    };
    let KvPut {
        space, key, when, ..
    } = put.clone();
    let conflict = KvPut {
        when: When::Absent,
        ..put.clone()
    };
    vec![
        Op::Together(vec![Op::KvPut(put)]),
        Op::Together(vec![Op::KvPut(conflict)]),
        Op::KvGet {
            space: space.clone(),
            key: key.clone(),
        },
        Op::KvScan(KvScan {
            space: space.clone(),
            prefix: "a".into(),
            after: Some("a".into()),
            most: 1,
        }),
        Op::KvDelete(KvDelete { space, key, when }),
        Op::Forget(1),
    ]
}

fn ask_tasks(store: &mut Sqlite) {
    let submit = |id: &str, key: &str| {
        Op::Submit(Submit {
            id: id.into(),
            queue: "tasks".into(),
            limit: None,
            remember: 10,
            keep: 0,
            message: NewMessage {
                content: Content {
                    idempotency_key: Some(key.into()),
                    ..Content::default()
                },
                ..NewMessage::default()
            },
        })
    };
    let list = |states: &[TaskState]| {
        Op::TaskList(TaskList {
            queue: None,
            states: states.into(),
            after: Some("c".into()),
            most: 5,
        })
    };
    let plain = Op::Push(Push {
        queue: "tasks".into(),
        limit: None,
        remember: 10,
        messages: vec![NewMessage {
            content: Content {
                idempotency_key: Some("0".into()),
                ..Content::default()
            },
            ..NewMessage::default()
        }],
    });
    let ops = [
        plain,
        submit("a", "0"),
        submit("b", "1"),
        submit("b2", "1"),
        submit("c", "2"),
    ];
    store.commit(NOW, &ops).unwrap();
    let claim = Op::Claim(Claim {
        queue: "tasks".into(),
        most: 4,
        most_bytes: usize::MAX,
        owner: store.owner(),
        lease: 10,
        ordered: false,
    });
    let Answer::Claim(claims) = try_ask(store, claim).unwrap() else {
        panic!("it was a claim");
    };
    let tokens: Vec<_> = claims
        .messages
        .iter()
        .map(|claimed| claimed.token)
        .collect();
    let ops = [
        Op::TaskProgress(TaskProgress {
            token: tokens[1],
            text: "half".into(),
        }),
        Op::TaskCancel("c".into()),
        Op::Settle(vec![
            (tokens[1], rejected()),
            (tokens[2], Verdict::Finished(Reply::default())),
            (tokens[3], rejected()),
        ]),
        list(&[]),
        list(&[TaskState::Queued, TaskState::Dead]),
        Op::TaskGet("a".into()),
        Op::Redrive(Redrive {
            queue: "tasks".into(),
            which: Which::Ids(vec![tokens[1].id]),
        }),
        Op::TaskGet("a".into()),
        Op::TaskCancel("a".into()),
        Op::Purge(Purge {
            queue: "tasks".into(),
            what: Unwanted::Dead(NOW),
            most: 1,
        }),
        Op::Forget(10),
    ];
    store.commit(NOW, &ops).unwrap();
}

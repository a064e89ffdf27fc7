//! What only a real file does: it is shared, it fills its disk, it is damaged, and its processes are killed.

mod crash;
mod damage;
mod full;
mod plans;
mod process;
mod sharing;
mod waits;
mod whole;

use std::fs::File;
use std::path::Path;

use bytes::Bytes;
use tempfile::TempDir;

use super::super::model::{Content, NewMessage, Note, Peeked, Verdict};
use super::super::op::{Answer, Claim, Claims, Op, Peek, Push, View};
use super::*;

const NOW: Millis = 1_000_000;

/// A folder in which the reserve is kept already, of nothing.
fn new_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let reserve = File::create(folder.path().join(RESERVE)).unwrap();
    reserve.set_len(reserve::SIZE as u64).unwrap();
    folder
}

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Durability::Process, NOW).unwrap()
}

/// Asks one thing.
fn try_ask(store: &mut Sqlite, op: Op) -> Result<Answer, StoreError> {
    let mut committed = store.commit(NOW, &[op])?;
    assert_eq!(committed.answers.len(), 1);
    Ok(committed.answers.remove(0))
}

fn push(bodies: impl IntoIterator<Item = impl Into<Bytes>>) -> Op {
    let messages = bodies
        .into_iter()
        .map(|body| NewMessage {
            content: Content {
                body: Some(body.into()),
                ..Content::default()
            },
            ..NewMessage::default()
        })
        .collect();
    Op::Push(Push {
        queue: "orders".into(),
        limit: None,
        remember: 0,
        messages,
    })
}

fn claim(store: &mut Sqlite, most: u32) -> Claims {
    let claim = Op::Claim(Claim {
        queue: "orders".into(),
        most,
        most_bytes: usize::MAX,
        owner: store.owner(),
        lease: 60_000,
        ordered: true,
    });
    match try_ask(store, claim).unwrap() {
        Answer::Claim(claims) => claims,
        answer => panic!("{answer:?}"),
    }
}

fn peek(store: &mut Sqlite, view: View) -> Vec<Peeked> {
    let peek = Op::Peek(Peek {
        queue: "orders".into(),
        view,
        most: 1_000_000,
    });
    match try_ask(store, peek).unwrap() {
        Answer::Peek(messages) => messages,
        answer => panic!("{answer:?}"),
    }
}

fn body(content: &Content) -> String {
    String::from_utf8(content.body.clone().unwrap().to_vec()).unwrap()
}

/// The bodies of what is ready, in the order of claims.
fn ready(store: &mut Sqlite) -> Vec<String> {
    peek(store, View::Ready)
        .iter()
        .map(|peeked| body(&peeked.message.content))
        .collect()
}

fn rejected() -> Verdict {
    Verdict::Dead {
        reason: "rejected".into(),
        failure: Note::new("reject", "no such order"),
    }
}

/// Copies the files as they are: what a loss of power would leave of them.
fn snapshot(folder: &Path) -> TempDir {
    let copy = new_folder();
    for name in [FILE, "queue.db-wal"] {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

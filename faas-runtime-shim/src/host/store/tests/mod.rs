//! The promises of the store, kept by the real one and by the one that simulations use.

mod kv;
mod laws;
mod promises;
mod same;
mod swaps;
mod task;
mod together;

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use bytes::Bytes;
use tempfile::TempDir;

use super::*;
use crate::services::{Conflict, When};

const A: OwnerId = OwnerId(1);
const B: OwnerId = OwnerId(2);

/// Far from zero, so that the past is there too.
const START: Millis = 1_000_000;

fn file(folder: &Path) -> Sqlite {
    Sqlite::open(folder, Durability::Process, START).unwrap()
}

/// A folder with an empty store: a copy, since to make one takes ten waits for the disk.
fn folder() -> TempDir {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let empty = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        drop(file(folder.path()));
        fs::read(folder.path().join("queue.db")).unwrap()
    });
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("queue.db"), empty).unwrap();
    // in the place of the room that is kept, which takes its time to write
    let reserve = fs::File::create(folder.path().join("queue.reserve")).unwrap();
    reserve.set_len(16 * 1024 * 1024).unwrap();
    folder
}

/// Asks one thing.
#[track_caller]
fn ask(store: &mut dyn QueueStore, now: Millis, op: Op) -> Answer {
    let mut committed = store.commit(now, &[op]).unwrap();
    assert_eq!(committed.answers.len(), 1);
    committed.answers.remove(0)
}

fn message(body: &'static str) -> NewMessage {
    NewMessage {
        content: Content {
            body: Some(Bytes::from_static(body.as_bytes())),
            ..Content::default()
        },
        ..NewMessage::default()
    }
}

fn keyed(key: &'static str, body: &'static str) -> NewMessage {
    NewMessage {
        key: Some(Bytes::from_static(key.as_bytes())),
        ..message(body)
    }
}

fn push(queue: &str, messages: impl Into<Vec<NewMessage>>) -> Push {
    Push {
        queue: queue.into(),
        limit: None,
        remember: 1000,
        messages: messages.into(),
    }
}

fn claim(queue: &str, owner: OwnerId) -> Claim {
    Claim {
        queue: queue.into(),
        most: 10,
        most_bytes: usize::MAX,
        owner,
        lease: 100,
        ordered: false,
    }
}

fn put(key: &str, value: &'static str, when: When) -> KvPut {
    KvPut {
        space: "settings".into(),
        key: key.into(),
        value: Bytes::from_static(value.as_bytes()),
        ttl: None,
        when,
    }
}

fn scan(prefix: &str, after: Option<&str>, most: u32) -> KvScan {
    KvScan {
        space: "settings".into(),
        prefix: prefix.into(),
        after: after.map(Into::into),
        most,
    }
}

fn submit(id: &str, message: NewMessage) -> Submit {
    Submit {
        id: id.into(),
        queue: "orders".into(),
        limit: None,
        remember: 1000,
        keep: 500,
        message,
    }
}

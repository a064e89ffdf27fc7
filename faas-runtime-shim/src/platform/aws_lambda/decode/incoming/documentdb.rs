//! DocumentDB change streams. What is no change of a document (drops, renames, the end of a stream) is left out: to fail
//! for it would stop the stream for good.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::value::RawValue;

use super::super::super::wire::sources::documentdb::{Change, Event};
use super::{DecodeError, Str, json, slice};
use crate::invocation::{Address, Arrival, ChangeEvent, ChangeKind, Input, Item, RawJson};

pub(super) fn arrivals(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    let Event { events } = json("DocumentDB", event)?;
    let changes = events.0.into_iter().map(|entry| entry.event);
    changes
        .filter_map(|change| arrival(event, change).transpose())
        .collect()
}

fn arrival(event: &Bytes, change: Change<'_>) -> Result<Option<Arrival>, DecodeError> {
    let kind = match &*change.operation_type {
        "insert" => ChangeKind::Insert,
        "update" | "replace" => ChangeKind::Update,
        "delete" => ChangeKind::Delete,
        _ => return Ok(None),
    };
    let names = change.namespace.and_then(|ns| Some((ns.db, ns.coll?)));
    let (db, collection) = names.ok_or(DecodeError::Missing {
        path: "event.ns",
        expected: "a database and a collection",
    })?;
    let table: Box<str> = format!("{}.{}", &*db, &*collection).into();
    let document =
        |value: Option<&RawValue>| value.map(|value| RawJson::from_validated(slice(event, value)));
    let position = change.token.and_then(|token| token.data);
    let position: Option<Box<str>> = position.map(Str::boxed);
    let stamp = change.cluster_time.and_then(|time| time.timestamp);
    let change = ChangeEvent {
        table: table.clone(),
        kind,
        key: document(change.document_key),
        before: document(change.full_document_before_change),
        after: document(change.full_document),
        position: position.clone(),
        time: stamp.and_then(|stamp| {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(stamp.seconds))
        }),
    };
    Ok(Some(Arrival {
        address: Address::Binlog(table),
        item: Item {
            lane: Some("".into()),
            idempotency_key: position,
            ..Item::new(Input::Change(Box::new(change)))
        },
    }))
}

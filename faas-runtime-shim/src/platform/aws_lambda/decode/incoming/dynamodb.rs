//! DynamoDB Streams: rows as plain JSON. Numbers keep all their digits, binary values their base64.

use bytes::Bytes;

use super::super::super::encode::Identifier;
use super::super::super::wire::sources::Records;
use super::super::super::wire::sources::dynamodb::{Identity, Record, Row};
use super::records::{self, Order};
use super::{Batch, DecodeError, json, part_after, time};
use crate::invocation::{Address, Arrival, ChangeEvent, ChangeKind, Input, Item, RawJson};

const OF: &str = "DynamoDB";

pub(super) fn batch(event: &Bytes) -> Result<Batch, DecodeError> {
    let Records {
        records,
        window,
        state,
    } = json(OF, event)?;
    let identify = |identity: &Identity<'_>| {
        let number = &identity.dynamodb.sequence_number;
        (Identifier::Text((&**number).into()), Order::Kept)
    };
    Ok(Batch {
        records: records::all(OF, &records.0, identify, arrival)?,
        state: window.map(|_| super::state(event, state)),
    })
}

fn arrival(identity: Identity<'_>, record: Record<'_>) -> Result<Arrival, DecodeError> {
    let arn = &record.event_source_arn;
    let table: Box<str> = part_after(arn, "table/")
        .ok_or_else(|| DecodeError::value("eventSourceARN", "the ARN of a table", arn.as_bytes()))?
        .into();
    let change = record.dynamodb;
    let row = |row: Option<Row<'_>>| row.map(|row| plain(&row)).transpose();
    let change = ChangeEvent {
        table: table.clone(),
        kind: kind(&record.event_name)?,
        key: row(change.keys)?,
        before: row(change.old_image)?,
        after: row(change.new_image)?,
        position: Some(identity.dynamodb.sequence_number.boxed()),
        time: change
            .approximate_creation_date_time
            .and_then(time::seconds),
    };
    Ok(Arrival {
        address: Address::Binlog(table),
        item: Item {
            // a batch is of one shard, which its records do not name
            lane: Some("".into()),
            idempotency_key: record.event_id.as_deref().map(Into::into),
            ..Item::new(Input::Change(Box::new(change)))
        },
    })
}

fn kind(name: &str) -> Result<ChangeKind, DecodeError> {
    match name {
        "INSERT" => Ok(ChangeKind::Insert),
        "MODIFY" => Ok(ChangeKind::Update),
        "REMOVE" => Ok(ChangeKind::Delete),
        other => Err(DecodeError::value(
            "eventName",
            "`INSERT`, `MODIFY` or `REMOVE`",
            other.as_bytes(),
        )),
    }
}

fn plain(row: &Row<'_>) -> Result<RawJson, DecodeError> {
    serde_json::to_vec(row)
        .map(|text| RawJson::from_validated(text.into()))
        .map_err(|source| DecodeError::Envelope {
            of: OF,
            source: source.into(),
        })
}

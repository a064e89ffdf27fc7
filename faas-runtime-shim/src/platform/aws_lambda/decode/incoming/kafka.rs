//! Kafka: a lane for each partition.

use bytes::Bytes;

use super::super::super::encode::Identifier;
use super::super::super::wire::sources::MOST_RECORDS;
use super::super::super::wire::sources::kafka::{Event, Identity, Record};
use super::records::{self, Order};
use super::{Batch, DecodeError, Str, base64, json, media_type, time};
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};

const OF: &str = "Kafka";

pub(super) fn batch(event: &Bytes) -> Result<Batch, DecodeError> {
    let Event {
        records: by_partition,
    } = json(OF, event)?;
    let mut all = Vec::new();
    for (partition, records) in by_partition.0 {
        let identify = |identity: &Identity| {
            let id = Identifier::Offset {
                partition: (&*partition).into(),
                offset: identity.offset,
            };
            (id, Order::Kept)
        };
        all.extend(records::all(
            OF,
            &records.0,
            identify,
            |identity, record| arrival(&partition, &identity, record),
        )?);
        if all.len() > MOST_RECORDS {
            return Err(DecodeError::TooMany {
                count: all.len(),
                limit: MOST_RECORDS,
            });
        }
    }
    Ok(Batch {
        records: all,
        state: None,
    })
}

fn arrival(
    partition: &str,
    identity: &Identity,
    record: Record<'_>,
) -> Result<Arrival, DecodeError> {
    let mut attributes = Attributes::default();
    let headers = record.headers.map_or_else(Vec::new, |headers| headers.0);
    for (name, value) in headers.into_iter().flat_map(|entry| entry.0) {
        attributes.push(name.boxed(), value.0);
    }
    let media_type = media_type(&attributes);

    let queue: Box<str> = record.topic.boxed();
    let id: Box<str> = format!("{partition}/{}", identity.offset).into();
    let decoded = |path, text: Option<_>| text.map(|text: Str<'_>| base64(path, &text)).transpose();
    let delivery = Delivery {
        queue: queue.clone(),
        key: decoded("key", record.key)?,
        attributes,
        sent: record.timestamp.and_then(time::millis),
        body: decoded("value", record.value)?,
        media_type,
        idempotency_key: Some(id.clone()),
        id,
        ..Delivery::default()
    };
    Ok(Arrival {
        address: Address::Queue(Some(queue)),
        item: Item {
            lane: Some(partition.into()),
            ..Item::from(delivery)
        },
    })
}

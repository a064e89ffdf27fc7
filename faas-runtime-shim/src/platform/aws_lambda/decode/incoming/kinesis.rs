//! Kinesis Data Streams. Records that a producer's library has aggregated stay so.

use bytes::Bytes;

use super::super::super::encode::Identifier;
use super::super::super::wire::sources::Records;
use super::super::super::wire::sources::kinesis::{Identity, Record};
use super::records::{self, Order};
use super::{Batch, DecodeError, base64, json, part_after, time};
use crate::invocation::{Address, Arrival, Delivery, Item};

const OF: &str = "Kinesis";

pub(super) fn batch(event: &Bytes) -> Result<Batch, DecodeError> {
    let Records {
        records,
        window,
        state,
    } = json(OF, event)?;
    let identify = |identity: &Identity<'_>| {
        let number = &identity.kinesis.sequence_number;
        (Identifier::Text((&**number).into()), Order::Kept)
    };
    Ok(Batch {
        records: records::all(OF, &records.0, identify, arrival)?,
        state: window.map(|_| super::state(event, state)),
    })
}

fn arrival(identity: Identity<'_>, record: Record<'_>) -> Result<Arrival, DecodeError> {
    let arn = &record.event_source_arn;
    let queue: Box<str> = part_after(arn, "stream/")
        .ok_or_else(|| DecodeError::value("eventSourceARN", "the ARN of a stream", arn.as_bytes()))?
        .into();
    let data = record.kinesis;
    let event_id = record.event_id.as_deref();
    let shard = event_id.and_then(|id| Some(id.split_once(':')?.0));
    let key = data.partition_key.as_deref();
    let delivery = Delivery {
        id: identity.kinesis.sequence_number.boxed(),
        queue: queue.clone(),
        key: key.map(|key| Bytes::copy_from_slice(key.as_bytes())),
        sent: data.approximate_arrival_timestamp.and_then(time::seconds),
        body: Some(base64("kinesis.data", &data.data)?),
        idempotency_key: event_id.map(Into::into),
        ..Delivery::default()
    };
    Ok(Arrival {
        address: Address::Queue(Some(queue)),
        item: Item {
            lane: Some(shard.unwrap_or_default().into()),
            ..Item::from(delivery)
        },
    })
}

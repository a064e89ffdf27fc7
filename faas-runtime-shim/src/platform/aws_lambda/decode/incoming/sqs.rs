//! SQS, standard and FIFO.

use bytes::Bytes;

use super::super::super::encode::Identifier;
use super::super::super::wire::sources::sqs::{Attribute, Identity, Record};
use super::super::super::wire::sources::{Entries, Records, Str};
use super::records::{self, Order};
use super::{Batch, DecodeError, base64, json, last_part, media_type, time};
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};
use crate::trace::TraceContext;

const OF: &str = "SQS";

pub(super) fn batch(event: &Bytes) -> Result<Batch, DecodeError> {
    let Records { records, .. } = json(OF, event)?;
    let identify = |identity: &Identity<'_>| {
        let id = Identifier::Text((&*identity.message_id).into());
        (id, order(&identity.event_source_arn))
    };
    let records = records::all(OF, &records.0, identify, |identity, record| {
        arrival(event, &identity, record)
    })?;
    Ok(Batch {
        records,
        state: None,
    })
}

/// The name of a FIFO queue ends so (SQS Developer Guide, "Amazon SQS FIFO queues"). Message groups alone do not tell:
/// standard queues have them for fairness.
fn order(arn: &str) -> Order {
    if arn.ends_with(".fifo") {
        Order::Kept
    } else {
        Order::Any
    }
}

fn arrival(
    event: &Bytes,
    identity: &Identity<'_>,
    record: Record<'_>,
) -> Result<Arrival, DecodeError> {
    let mut system = System::default();
    for (name, value) in record.attributes.unwrap_or_default().0 {
        system.take(&name, value, event)?;
    }
    let mut attributes = written(event, record.message_attributes.unwrap_or_default())?;
    let media_type = media_type(&attributes);
    for (name, value) in system.others.iter() {
        attributes.push(name, value.clone());
    }

    let order = order(&identity.event_source_arn);
    let lane = system.group.as_deref().filter(|_| order == Order::Kept);
    let queue: Box<str> = last_part(&identity.event_source_arn).into();
    let delivery = Delivery {
        id: (&*identity.message_id).into(),
        queue: queue.clone(),
        sent: system.sent.and_then(time::millis),
        body: record.body.map(|body| body.bytes_of(event)),
        media_type,
        attempt: system.attempt,
        idempotency_key: Some((&*identity.message_id).into()),
        key: system
            .group
            .as_deref()
            .map(|group| Bytes::copy_from_slice(group.as_bytes())),
        attributes,
    };
    Ok(Arrival {
        address: Address::Queue(Some(queue)),
        item: Item {
            lane: lane.map(Into::into),
            trace: system.trace,
            ..Item::from(delivery)
        },
    })
}

/// What the broker itself wrote (SQS API Reference, `ReceiveMessage`, `MessageSystemAttributeNames`).
#[derive(Default)]
struct System {
    attempt: Option<u32>,
    sent: Option<i64>,
    group: Option<Box<str>>,
    trace: Option<TraceContext>,
    /// Those that a delivery has no field of its own for.
    others: Attributes,
}

impl System {
    fn take(&mut self, name: &str, value: Str<'_>, event: &Bytes) -> Result<(), DecodeError> {
        match name {
            "ApproximateReceiveCount" => {
                self.attempt = Some(number("attributes.ApproximateReceiveCount", &value)?);
            }
            "SentTimestamp" => self.sent = Some(number("attributes.SentTimestamp", &value)?),
            "MessageGroupId" => self.group = Some(value.boxed()),
            "AWSTraceHeader" => self.trace = TraceContext::parse_xray(&value),
            "DeadLetterQueueSourceArn"
            | "MessageDeduplicationId"
            | "SenderId"
            | "SequenceNumber" => self.others.push(name, value.bytes_of(event)),
            _ => {}
        }
        Ok(())
    }
}

fn number<T: std::str::FromStr>(path: &'static str, text: &str) -> Result<T, DecodeError> {
    text.parse()
        .map_err(|_| DecodeError::value(path, "a number", text.as_bytes()))
}

/// What the sender wrote.
fn written(event: &Bytes, entries: Entries<'_, Attribute<'_>>) -> Result<Attributes, DecodeError> {
    let mut attributes = Attributes::default();
    for (name, attribute) in entries.0 {
        let value = match (attribute.string_value, attribute.binary_value) {
            (Some(text), _) => text.bytes_of(event),
            (None, Some(binary)) => base64("messageAttributes.binaryValue", &binary)?,
            (None, None) => continue,
        };
        attributes.push(name.boxed(), value);
    }
    Ok(attributes)
}

//! SNS: asynchronous, one message each, and repeated by Lambda if it fails.

use bytes::Bytes;

use super::super::super::wire::sources::Records;
use super::super::super::wire::sources::sns::{Message, Record};
use super::{DecodeError, base64, json, last_part, media_type, push_if_filled};
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};
use crate::rfc3339;

const OF: &str = "SNS";

pub(super) fn arrivals(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    let Records { records, .. } = json(OF, event)?;
    let arrival = |record: &&serde_json::value::RawValue| {
        let record: Record<'_> = json(OF, record.get().as_bytes())?;
        arrival(event, record.sns)
    };
    records.0.iter().map(arrival).collect()
}

fn arrival(event: &Bytes, message: Message<'_>) -> Result<Arrival, DecodeError> {
    let mut attributes = Attributes::default();
    for (name, attribute) in message.message_attributes.unwrap_or_default().0 {
        let Some(value) = attribute.value else {
            continue;
        };
        let is_binary = attribute.kind.is_some_and(|kind| &*kind == "Binary");
        let value = if is_binary {
            base64("Sns.MessageAttributes.Value", &value)?
        } else {
            value.bytes_of(event)
        };
        attributes.push(name.boxed(), value);
    }
    let media_type = media_type(&attributes);
    push_if_filled(&mut attributes, "Subject", message.subject, event);

    let queue: Box<str> = last_part(&message.topic_arn).into();
    let id = message.message_id.boxed();
    let sent = message.timestamp.and_then(|text| rfc3339::parse(&text));
    let delivery = Delivery {
        queue: queue.clone(),
        attributes,
        sent,
        body: message.message.map(|body| body.bytes_of(event)),
        media_type,
        idempotency_key: Some(id.clone()),
        id,
        ..Delivery::default()
    };
    Ok(Arrival {
        address: Address::Queue(Some(queue)),
        item: Item::from(delivery),
    })
}

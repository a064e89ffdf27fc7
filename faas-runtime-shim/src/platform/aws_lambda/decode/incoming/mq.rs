//! Amazon MQ: ActiveMQ and RabbitMQ. A batch of theirs comes again as a whole.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::super::super::wire::sources::Str;
use super::super::super::wire::sources::mq::{
    ActiveMessage, ActiveMq, LongString, RabbitMessage, RabbitMq,
};
use super::{DecodeError, base64, json, media_type, push_if_filled, time};
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};

pub(super) fn active(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    let ActiveMq { messages } = json("ActiveMQ", event)?;
    let messages = messages.0.into_iter();
    messages.map(|message| of_active(event, message)).collect()
}

fn of_active(event: &Bytes, message: ActiveMessage<'_>) -> Result<Arrival, DecodeError> {
    let mut attributes = Attributes::default();
    push_values(
        &mut attributes,
        event,
        message.properties.unwrap_or_default().0,
    );
    let media_type = media_type(&attributes);
    push_if_filled(
        &mut attributes,
        "correlationId",
        message.correlation_id,
        event,
    );
    // what is not set is told by this word
    let reply_to = message.reply_to.filter(|name| &**name != "null");
    push_if_filled(&mut attributes, "replyTo", reply_to, event);
    push_if_filled(&mut attributes, "type", message.kind, event);

    let id = message.message_id.boxed();
    Ok(arrival(Delivery {
        queue: message.destination.physical_name.boxed(),
        attributes,
        sent: message.timestamp.and_then(time::millis),
        body: body("messages.data", message.data)?,
        media_type,
        attempt: attempt(message.redelivered),
        idempotency_key: Some(id.clone()),
        id,
        ..Delivery::default()
    }))
}

pub(super) fn rabbit(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    let RabbitMq {
        rmq_messages_by_queue: queues,
    } = json("RabbitMQ", event)?;
    let mut arrivals = Vec::new();
    for (name, messages) in queues.0 {
        // behind the colons is the virtual host
        let queue = name.rsplit_once("::").map_or(&*name, |(queue, _)| queue);
        for message in messages.0 {
            arrivals.push(of_rabbit(event, queue, message)?);
        }
    }
    Ok(arrivals)
}

fn of_rabbit(
    event: &Bytes,
    queue: &str,
    message: RabbitMessage<'_>,
) -> Result<Arrival, DecodeError> {
    let properties = message.basic_properties;
    let mut attributes = Attributes::default();
    push_values(
        &mut attributes,
        event,
        properties.headers.unwrap_or_default().0,
    );
    let own = [
        ("appId", properties.app_id),
        ("contentEncoding", properties.content_encoding),
        ("correlationId", properties.correlation_id),
        ("replyTo", properties.reply_to),
        ("type", properties.kind),
        ("userId", properties.user_id),
    ];
    for (name, value) in own {
        push_if_filled(&mut attributes, name, value, event);
    }
    let id = properties.message_id.map(Str::boxed);
    Ok(arrival(Delivery {
        id: id.clone().unwrap_or_default(),
        queue: queue.into(),
        attributes,
        body: body("rmqMessagesByQueue.data", message.data)?,
        media_type: properties
            .content_type
            .map(|text| String::from(&*text).into()),
        attempt: attempt(message.redelivered),
        idempotency_key: id,
        ..Delivery::default()
    }))
}

fn arrival(delivery: Delivery) -> Arrival {
    Arrival {
        address: Address::Queue(Some(delivery.queue.clone())),
        item: Item::from(delivery),
    }
}

/// A message that was delivered before may have been so any number of times.
fn attempt(redelivered: bool) -> Option<u32> {
    (!redelivered).then_some(1)
}

fn body(path: &'static str, data: Option<Str<'_>>) -> Result<Option<Bytes>, DecodeError> {
    data.map(|data| base64(path, &data)).transpose()
}

/// Adds properties of any type: texts as they are, in RabbitMQ's form too, null not at all, the rest as JSON.
fn push_values(attributes: &mut Attributes, event: &Bytes, values: Vec<(Str<'_>, &RawValue)>) {
    for (name, value) in values {
        let json = value.get();
        let value = match json.as_bytes().first() {
            Some(b'n') => continue,
            Some(b'"') => serde_json::from_str::<Str<'_>>(json)
                .ok()
                .map(|text| text.bytes_of(event)),
            Some(b'{') => serde_json::from_str::<LongString>(json)
                .ok()
                .map(|text| text.bytes.0.into()),
            _ => None,
        };
        let value = value.unwrap_or_else(|| event.slice_ref(json.as_bytes()));
        attributes.push(name.boxed(), value);
    }
}

//! Queues, streams and topics: each source says in its own way which one it was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::wire::PubSub;
use super::last_segment;
use crate::cloudevents::CloudEvent;
use crate::host::events::delivery::delivery;
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};
use crate::rfc3339;

/// `/apis/v1/namespaces/<namespace>/kafkasources/<name>#<topic>`; a record without a value is a tombstone.
pub(super) fn kafka(event: &CloudEvent) -> Arrival {
    let topic = fragment(&event.source);
    let mut delivery = of(event, topic);
    for (name, value) in std::mem::take(&mut delivery.attributes).iter() {
        match name.strip_prefix("kafkaheader") {
            Some(header) => delivery.attributes.push(header, value.clone()),
            // the record's key, as `partitionkey` is
            None if name == "key" => {
                let _ = delivery.key.get_or_insert_with(|| value.clone());
            }
            None => delivery.attributes.push(name, value.clone()),
        }
    }
    // `partition:0#564`
    let partition = event.subject.as_deref().and_then(|subject| {
        let (partition, _offset) = subject.split_once('#')?;
        Some(partition.into())
    });
    let mut arrival = arrival(topic, delivery);
    arrival.item.lane = partition;
    arrival
}

/// `/apis/v1/namespaces/<namespace>/rabbitmqsources/<name>#<queue>`
pub(super) fn rabbitmq(event: &CloudEvent) -> Arrival {
    let queue = fragment(&event.source);
    arrival(queue, message(event, queue))
}

/// `<address>/<stream>`; the data is a JSON array of fields and values in turn.
pub(super) fn redis(event: &CloudEvent) -> Arrival {
    let stream = last_segment(&event.source);
    arrival(stream, message(event, stream))
}

/// `//pubsub.googleapis.com/projects/<project>/topics/<topic>`; the message is wrapped in the data.
pub(super) fn pubsub(event: &CloudEvent) -> Arrival {
    let topic = last_segment(&event.source);
    let mut delivery = message(event, topic);
    let wrapped: Option<PubSub> =
        serde_json::from_slice(delivery.body.as_deref().unwrap_or_default()).ok();
    // what is wrapped otherwise is handed over as it is
    if let Some(PubSub { message }) = wrapped
        && let Ok(body) = STANDARD.decode(&message.data)
    {
        delivery.body = Some(body.into());
        delivery.media_type = None;
        delivery.key = message
            .ordering_key
            .filter(|key| !key.is_empty())
            .map(Into::into);
        let published = message.publish_time.as_deref().and_then(rfc3339::parse);
        delivery.sent = published.or(delivery.sent);
        delivery.attributes = Attributes::default();
        for (name, value) in message.attributes {
            delivery.attributes.push(name, value);
        }
    }
    arrival(topic, delivery)
}

pub(super) fn nameless(event: &CloudEvent) -> Arrival {
    arrival(None, message(event, None))
}

fn of(event: &CloudEvent, queue: Option<&str>) -> Delivery {
    delivery(event.clone(), queue.unwrap_or_default().into())
}

/// A message without a body is no tombstone where there are none.
fn message(event: &CloudEvent, queue: Option<&str>) -> Delivery {
    let mut delivery = of(event, queue);
    let _ = delivery.body.get_or_insert_default();
    delivery
}

fn arrival(queue: Option<&str>, delivery: Delivery) -> Arrival {
    Arrival {
        address: Address::Queue(queue.map(Into::into)),
        item: Item::from(delivery),
    }
}

fn fragment(source: &str) -> Option<&str> {
    let (_, fragment) = source.split_once('#')?;
    Some(fragment).filter(|fragment| !fragment.is_empty())
}

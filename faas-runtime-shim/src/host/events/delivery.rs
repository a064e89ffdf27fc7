//! Events as deliveries: what a queue function gets of an event that is a message.
//!
//! Pure. The type of our own messages is made by `outlet::event`; other types are for the adapters whose platforms send
//! them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Arrival, Attributes, Delivery, Item};
use crate::outlet::event::{KEY, TRACE_PARENT, TRACE_STATE};
use crate::trace::TraceContext;

/// Takes the message out of its event, for the queue that the event's source names.
pub(crate) fn message(event: CloudEvent) -> Arrival {
    let queue = event
        .source
        .rsplit_once('#')
        .map(|(_, queue)| queue)
        .filter(|queue| !queue.is_empty())
        .map(|queue| percent_decode_str(queue).decode_utf8_lossy().into());
    let trace = trace(&event);
    // whoever sent it chose the id, or it is unique by chance: either way it needs no source to tell it from others
    let idempotency_key = Some(event.id.as_str().into());
    let mut delivery = delivery(event, queue.clone().unwrap_or_default());
    delivery.idempotency_key = idempotency_key;
    // a body without a byte is no tombstone, and HTTP cannot tell the two apart
    delivery.body.get_or_insert_default();
    Arrival {
        address: Address::Queue(queue),
        item: Item {
            trace,
            ..Item::from(delivery)
        },
    }
}

/// Makes a delivery of any event: the data is its body, and the extensions are its attributes.
pub(crate) fn delivery(event: CloudEvent, queue: Box<str>) -> Delivery {
    let sent = event.happened_at();
    let idempotency_key = Some(event.idempotency_key().into());
    let mut attributes = Attributes::default();
    let mut key = None;
    for (name, value) in event.extensions {
        match &*name {
            KEY => key = Some(value.into()),
            TRACE_PARENT | TRACE_STATE => {}
            _ => attributes.push(name, value),
        }
    }
    Delivery {
        id: event.id.into(),
        queue,
        key,
        attributes,
        sent,
        body: event.data,
        media_type: event.data_content_type.map(Cow::Owned),
        attempt: None,
        idempotency_key,
    }
}

/// Reads the trace that an event's extensions name.
pub(crate) fn trace(event: &CloudEvent) -> Option<TraceContext> {
    let parent = event.extensions.get(TRACE_PARENT)?;
    let trace = TraceContext::parse_traceparent(parent.as_bytes())?;
    Some(match event.extensions.get(TRACE_STATE) {
        Some(state) => trace.with_tracestate(state),
        None => trace,
    })
}

#[cfg(test)]
mod tests {
    //! What arrives of what was sent.

    use std::time::{Duration, UNIX_EPOCH};

    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::invocation::{Input, Payload};
    use crate::outlet::Message;
    use crate::outlet::event::{self, KIND};

    fn sent(message: Message) -> (CloudEvent, Address, Delivery, Item) {
        let event = event::of(message, "shop", UNIX_EPOCH + Duration::from_secs(1));
        event.check().unwrap();
        let arrival = super::message(event.clone());
        let Input::Delivery(delivery) = arrival.item.input.clone() else {
            panic!("{:?}", arrival.item.input);
        };
        (event, arrival.address, *delivery, arrival.item)
    }

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let mut message = Message::new("eu/orders #1", Payload::json(r#"{"id":1}"#));
        message.key = Some("cust-7".into());
        message.idempotency_key = Some("once".into());
        message.trace = TraceContext::parse_traceparent(trace);
        message.attributes.push("tenant", "ä");
        message.attributes.push("tenant", "second");
        message.attributes.push("reason", "one\ntwo");
        message.attributes.push("X-Tenant", "no legal name");
        message.attributes.push("binary", &b"\xff"[..]);
        message.attributes.push("id", "taken");
        let trace = message.trace.clone();
        let (event, address, delivery, item) = sent(message);

        assert_eq!(event.kind, KIND);
        assert_eq!(event.source, "shop#eu/orders%20%231");
        assert_eq!(event.id, "once");
        assert_eq!(event.time.as_deref(), Some("1970-01-01T00:00:01Z"));
        assert_eq!(address, Address::Queue(Some("eu/orders #1".into())));
        assert_eq!(&*delivery.id, "once");
        assert_eq!(&*delivery.queue, "eu/orders #1");
        assert_eq!(delivery.key.as_deref(), Some(&b"cust-7"[..]));
        assert_eq!(delivery.body.as_deref(), Some(&br#"{"id":1}"#[..]));
        assert_eq!(delivery.media_type.as_deref(), Some("application/json"));
        assert_eq!(delivery.attempt, None);
        assert_eq!(delivery.sent, Some(UNIX_EPOCH + Duration::from_secs(1)));
        assert_eq!(delivery.idempotency_key.as_deref(), Some("once"));
        assert_eq!(item.idempotency_key.as_deref(), Some("once"));
        assert_eq!(item.trace, trace);
        let attributes: Vec<_> = delivery.attributes.iter().collect();
        assert_eq!(
            attributes,
            [
                ("reason", &Bytes::from("one two")),
                ("tenant", &Bytes::from("ä"))
            ]
        );
    }

    #[test]
    fn two_messages_without_keys_have_two_ids() {
        let (one, ..) = sent(Message::new("q", Payload::json("1")));
        let (other, ..) = sent(Message::new("q", Payload::json("1")));
        assert_ne!(one.id, other.id);
    }

    #[test]
    fn an_event_whose_source_names_no_queue_goes_to_the_only_one() {
        for source in ["shop", "shop#", "/"] {
            let arrival = message(CloudEvent::new("1", source, KIND));
            assert_eq!(arrival.address, Address::Queue(None), "{source}");
        }
    }

    proptest! {
        #[test]
        fn any_message_becomes_an_event_that_keeps_the_rules(
            queue in ".{1,20}", key in proptest::option::of(".{0,20}"),
            names in proptest::collection::vec("[a-z0-9A-Z-]{0,8}", 0..4), value in any::<Vec<u8>>(), body in any::<Vec<u8>>(),
        ) {
            let mut message = Message::new(queue.clone(), Payload { body: body.clone().into(), media_type: None });
            message.key = key.map(Into::into);
            for name in names {
                message.attributes.push(name, value.clone());
            }
            let event = event::of(message, "a b/ü", UNIX_EPOCH);
            prop_assert!(event.check().is_ok(), "{:?}", event);
            let arrival = super::message(event);
            prop_assert_eq!(arrival.address, Address::Queue(Some(queue.into())));
            let Input::Delivery(delivery) = arrival.item.input else { return Err(TestCaseError::fail("another input")) };
            prop_assert_eq!(delivery.body, Some(Bytes::from(body)));
        }
    }
}

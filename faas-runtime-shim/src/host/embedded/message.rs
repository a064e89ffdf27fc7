//! Messages on their way into the store, and deliveries on their way out. Pure.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::store::{Content, Millis, NewMessage, Push, Stored};
use super::settings::Room;
use crate::invocation::Delivery;
use crate::outlet::Message;

/// For how long a second message of the same idempotency key is not stored: SQS remembers five minutes, which is less than
/// the longest back-off of a sender that tries again.
pub(crate) const REMEMBER: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes what puts a message into a queue.
pub(super) fn push(message: Message, room: &Room) -> Push {
    Push {
        queue: room.name.clone(),
        limit: room.depth,
        remember: span(REMEMBER),
        messages: vec![NewMessage {
            content: Content {
                body: Some(message.payload.body),
                media_type: message.payload.media_type,
                attributes: message.attributes,
                idempotency_key: message.idempotency_key,
                trace: message.trace,
            },
            key: message.key.map(|key| key.into_string().into_bytes().into()),
            priority: message.priority,
            delay: message.delay.map_or(0, span),
        }],
    }
}

/// Makes the delivery of a message, as it stands now.
pub(crate) fn delivery(message: &Stored) -> Delivery {
    let content = &message.content;
    let idempotency_key = content.idempotency_key.clone();
    Delivery {
        id: message.id.to_string().into(),
        queue: (*message.queue).into(),
        key: message.key.clone(),
        attributes: content.attributes.clone(),
        sent: Some(time(message.sent)),
        body: content.body.clone(),
        media_type: content.media_type.clone(),
        attempt: Some(message.attempt),
        // numbers of messages are never used again
        idempotency_key: idempotency_key
            .or_else(|| Some(format!("{}/{}", message.queue, message.id).into())),
    }
}

/// A span as a store counts it; what is not a whole millisecond is one more.
pub(crate) fn span(span: Duration) -> u64 {
    u64::try_from(span.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// A moment as a store counts it.
pub(crate) fn millis(time: SystemTime) -> Millis {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A moment of a store.
pub(crate) fn time(millis: Millis) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_millis(millis))
        .unwrap_or(UNIX_EPOCH)
}

//! Dead letters: the delivery as it was, and why it is there.

use crate::invocation::{Delivery, Failure};
use crate::outlet::Message;

/// Cuts a text to what fits into a header beside others.
fn short(text: &str) -> &str {
    const LONGEST: usize = 1024;
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text)
}

/// Makes the message that a queue of dead letters gets.
pub(super) fn message(
    queue: &'static str,
    delivery: &Delivery,
    function: &str,
    failure: &Failure,
    attempt: Option<u32>,
) -> Message {
    let mut attributes = delivery.attributes.clone();
    attributes.push("faasreason", short(&failure.message).to_owned());
    attributes.push("faasfunction", function.to_owned());
    attributes.push("faasqueue", delivery.queue.to_string());
    attributes.push("faasid", delivery.id.to_string());
    if let Some(attempt) = attempt {
        attributes.push("faasattempt", attempt.to_string());
    }
    Message {
        key: delivery
            .key
            .as_ref()
            .and_then(|key| std::str::from_utf8(key).ok())
            .map(Into::into),
        attributes,
        idempotency_key: delivery.idempotency_key.clone(),
        ..Message::new(queue, delivery.payload())
    }
}

//! Dead letters: the delivery as it was, and why it is there.

use crate::invocation::{Attributes, Delivery, Failure};
use crate::outlet::Message;

/// Cuts a text to what fits into a header beside others.
fn short(text: &str) -> &str {
    const LONGEST: usize = 1024;
    text.get(..text.floor_char_boundary(LONGEST))
        .unwrap_or(text)
}

/// What a dead letter says beside what its message said.
const OWN: [&str; 5] = [
    "faasreason",
    "faasfunction",
    "faasqueue",
    "faasid",
    "faasattempt",
];

/// Makes the message that a queue of dead letters gets.
pub(crate) fn message(
    queue: &'static str,
    delivery: &Delivery,
    function: &str,
    failure: &Failure,
    attempt: Option<u32>,
) -> Message {
    let mut attributes = Attributes::default();
    // of a letter that becomes one again, the last reason counts
    let others = delivery.attributes.iter();
    for (name, value) in others.filter(|(name, _)| !OWN.contains(name)) {
        attributes.push(name, value.clone());
    }
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

#[cfg(test)]
mod tests {
    //! What a letter says that has been one before.

    use super::*;
    use crate::invocation::FailureKind;

    #[test]
    fn the_last_reason_counts() {
        let failure =
            |message: &str| Failure::new(FailureKind::Reject, "Rejected", message.to_owned());
        let mut delivery = Delivery::default();
        delivery.attributes.push("colour", "red");
        let first = message("dead", &delivery, "on_order", &failure("first"), Some(1));
        let again = Delivery {
            attributes: first.attributes,
            ..Delivery::default()
        };
        let second = message("deader", &again, "on_dead", &failure("second"), Some(1));
        assert_eq!(second.attributes.get("faasreason"), Some("second"));
        assert_eq!(second.attributes.get("colour"), Some("red"));
        assert_eq!(second.attributes.iter().count(), 6);
    }
}

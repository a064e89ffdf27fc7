//! What a message takes in memory once its JSON is read, by a count of the text beforehand.
//!
//! Descriptors make a value of a number, a map of an object and a message of each value in a `google.protobuf.Value`: two
//! bytes of text become hundreds in memory. So it is counted before anything is made, from above and not exactly.

use std::collections::HashSet;

use prost_reflect::{Kind, MessageDescriptor};

/// A message would take more memory than it may.
#[derive(Debug, thiserror::Error)]
#[error(
    "the message takes about {needed} bytes in memory, and {allowed} are allowed: send several, or protobuf instead of JSON"
)]
pub(super) struct TooHeavy {
    needed: usize,
    allowed: usize,
}

/// Holds the JSON of a message to the memory that goes with a longest message of `limit` bytes.
pub(super) fn check(
    message: &MessageDescriptor,
    json: &[u8],
    limit: usize,
) -> Result<(), TooHeavy> {
    let allowed = limit.saturating_mul(FACTOR);
    // each value has a byte at least, so that most messages need no count
    if json.len().saturating_mul(OBJECT) <= allowed {
        return Ok(());
    }
    let Counts { objects, others } = count(json);
    let weight = |other: usize| {
        let objects = objects.saturating_mul(OBJECT);
        objects.saturating_add(others.saturating_mul(other))
    };
    let needed = match weight(OBJECT) {
        most if most <= allowed => most,
        most if is_free(message, &mut HashSet::new()) => most,
        _ => weight(OTHER),
    };
    if needed > allowed {
        return Err(TooHeavy { needed, allowed });
    }
    Ok(())
}

/// How many bytes of memory there are for each of the longest message's: a list of small records may fill it.
const FACTOR: usize = 24;

/// What an object takes, whose fields are in a map of their own, and what each value does that has no form before it comes.
const OBJECT: usize = 768;

/// What any other value takes, and its key where it has one.
const OTHER: usize = 64;

struct Counts {
    objects: usize,
    /// Commas, colons and arrays: at least as many as there are other values, one of which may stand alone.
    others: usize,
}

/// Counts outside of strings. What is no JSON is counted too, and refused by whoever reads it.
fn count(json: &[u8]) -> Counts {
    let mut counts = Counts {
        objects: 0,
        others: 1,
    };
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' => counts.objects = counts.objects.saturating_add(1),
            b'[' | b',' | b':' => counts.others = counts.others.saturating_add(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => {
                            let _ = bytes.next();
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    counts
}

/// Whether a message may have JSON of any form in it.
fn is_free(message: &MessageDescriptor, seen: &mut HashSet<String>) -> bool {
    const FREE: [&str; 4] = [
        "google.protobuf.Any",
        "google.protobuf.ListValue",
        "google.protobuf.Struct",
        "google.protobuf.Value",
    ];
    if FREE.contains(&message.full_name()) {
        return true;
    }
    if !seen.insert(message.full_name().to_owned()) {
        return false;
    }
    let fields = message.fields().map(|field| field.kind());
    let extensions = message.extensions().map(|extension| extension.kind());
    let kinds: Vec<_> = fields.chain(extensions).collect();
    kinds.iter().any(|kind| match kind {
        Kind::Message(inner) => is_free(inner, seen),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    //! What is refused, and what is not.

    use prost_reflect::DescriptorPool;

    use super::*;

    const LIMIT: usize = 64 * 1024;
    const ALLOWED: usize = LIMIT * FACTOR;

    fn known(name: &str) -> MessageDescriptor {
        DescriptorPool::global().get_message_by_name(name).unwrap()
    }

    #[track_caller]
    fn check_that(is_taken: bool, name: &str, json: &str) {
        let checked = check(&known(name), json.as_bytes(), LIMIT);
        assert_eq!(checked.is_ok(), is_taken, "{checked:?}");
    }

    fn list(of: &str, count: usize) -> String {
        vec![of; count].join(",")
    }

    #[test]
    fn values_of_any_form_weigh_as_objects_do() {
        let most = ALLOWED / OBJECT - 1;
        let of = |count| format!("[{}]", list("0", count));
        check_that(true, "google.protobuf.ListValue", &of(most));
        check_that(false, "google.protobuf.ListValue", &of(most + 1));
        let nested = "[".repeat(2 * most);
        check_that(false, "google.protobuf.Value", &nested);
    }

    #[test]
    fn numbers_weigh_less_than_objects() {
        let file = "google.protobuf.FileDescriptorProto";
        let numbers = |count| format!(r#"{{"publicDependency":[{}]}}"#, list("0", count));
        let most = ALLOWED / OTHER;
        check_that(true, file, &numbers(most - 20));
        check_that(false, file, &numbers(most));
        let objects = |count| format!(r#"{{"messageType":[{}]}}"#, list("{}", count));
        check_that(true, file, &objects(most / 20));
        check_that(false, file, &objects(most / 10));
    }

    #[test]
    fn a_text_is_one_value_whatever_is_in_it() {
        let text = format!(r#"{{"name":"{}"}}"#, r#"[{,:\"\\"#.repeat(LIMIT));
        check_that(true, "google.protobuf.FileDescriptorProto", &text);
        check_that(true, "google.protobuf.Value", &text);
    }

    #[test]
    fn the_refusal_says_how_to_go_on() {
        let json = list("0", ALLOWED);
        let refused = check(&known("google.protobuf.ListValue"), json.as_bytes(), LIMIT);
        assert_eq!(
            refused.unwrap_err().to_string(),
            format!(
                "the message takes about {} bytes in memory, and {ALLOWED} are allowed: send several, or protobuf \
                 instead of JSON",
                ALLOWED * OBJECT
            )
        );
    }
}

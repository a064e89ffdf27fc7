//! The key of a piece of work: read out of the payload, or the one that its sender gave it.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::digest::sha256;
use super::reject;
use crate::function::Idempotent;
use crate::invocation::{Context, Failure, Input};
use crate::rfc3339;

/// What says that two deliveries are the same work.
pub(super) struct Key {
    pub(super) text: String,
    /// What the payload has to have in common too, where the key is the sender's.
    pub(super) mark: Option<String>,
}

/// Longer keys are kept by their digests: a store takes 1024 bytes.
const LONGEST: usize = 512;

/// Finds the key.
pub(super) fn of(rule: &Idempotent, context: &Context, input: &Input) -> Result<Key, Failure> {
    let document = document(input);
    if rule.key.is_empty() {
        let text = own(context, input).ok_or_else(|| missing("the invocation has no idempotency key of its own: let its sender set one, or say by `idempotent(key = \"/…\")` what in the payload stands for it"))?;
        return Ok(Key {
            text: short(text),
            mark: document.map(digest),
        });
    }
    let parts = rule.key.iter().map(|pointer| {
        let found = find(document.unwrap_or_default(), pointer)?;
        Ok(found.get())
    });
    // each part is JSON, so what is joined as JSON can be taken apart again
    let parts: Vec<&str> = parts.collect::<Result<_, Failure>>()?;
    Ok(Key {
        text: short(format!("[{}]", parts.join(","))),
        mark: None,
    })
}

/// What the pointers point into.
fn document(input: &Input) -> Option<&[u8]> {
    match input {
        Input::Payload(payload) => Some(&payload.body),
        Input::Delivery(delivery) => Some(delivery.body.as_deref().unwrap_or(b"null")),
        Input::Event(event) => Some(event.data.as_deref().unwrap_or(b"null")),
        Input::Change(change) => {
            let row = change.after.as_ref().or(change.before.as_ref());
            row.map(|row| row.as_bytes())
        }
        // they are told apart by what happened, and a batch is not one piece of work
        Input::Tick(_) | Input::Object(_) | Input::Batch(_) => None,
    }
}

/// The key that the work has of its own.
fn own(context: &Context, input: &Input) -> Option<String> {
    let told = context.idempotency_key().map(str::to_owned);
    let key = told.or_else(|| match input {
        Input::Delivery(delivery) => delivery.idempotency_key.as_deref().map(str::to_owned),
        Input::Event(event) => Some(event.idempotency_key()),
        Input::Tick(tick) => Some(format!("{}@{}", tick.timer, rfc3339::format(tick.due))),
        Input::Change(change) => {
            let position = change.position.as_deref()?;
            Some(format!("{}@{position}", change.table))
        }
        Input::Object(object) => {
            let place = object.version.as_deref().or(object.sequencer.as_deref())?;
            Some(format!("{}@{place}", object.key))
        }
        Input::Payload(_) | Input::Batch(_) => None,
    });
    key.filter(|key| !key.is_empty())
}

/// Finds the value that a JSON Pointer (RFC 6901) leads to: a text, a number or a boolean.
///
/// It is taken as it is written, so that no number is rounded to another.
pub(super) fn find<'a>(document: &'a [u8], pointer: &str) -> Result<&'a RawValue, Failure> {
    let wrong = |error| {
        missing(&format!(
            "the payload is no JSON with `{pointer}` in it: {error}"
        ))
    };
    let nothing = || missing(&format!("the payload has nothing at `{pointer}`"));
    let mut value: &RawValue = serde_json::from_slice(document).map_err(wrong)?;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        let text = value.get();
        let found = match text.as_bytes().first() {
            Some(b'{') => {
                let mut fields: HashMap<String, &RawValue> =
                    serde_json::from_str(text).map_err(wrong)?;
                fields.remove(&token)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
                let is_index = token == "0" || !token.starts_with(['0', '+']);
                let index = token.parse::<usize>().ok().filter(|_| is_index);
                index.and_then(|index| items.get(index).copied())
            }
            _ => None,
        };
        value = found.ok_or_else(nothing)?;
    }
    match value.get().as_bytes().first() {
        Some(b'{' | b'[') => Err(missing(&format!(
            "at `{pointer}` the payload has more than one value: a key is made of texts, numbers and booleans"
        ))),
        Some(b'n') | None => Err(nothing()),
        Some(_) => Ok(value),
    }
}

fn missing(why: &str) -> Failure {
    reject(
        "NoIdempotencyKey",
        format!("it is not known what this is the same as: {why}"),
    )
}

fn short(text: String) -> String {
    // no key that is kept as it is looks like a digest
    if text.len() > LONGEST || text.starts_with('#') {
        format!("#{}", digest(text.as_bytes()))
    } else {
        text
    }
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in sha256(bytes) {
        // writing into a text does not fail
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    //! What pointers lead to.

    use super::*;

    #[track_caller]
    fn check(document: &str, pointer: &str, expected: Result<&str, &str>) {
        let found = find(document.as_bytes(), pointer);
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found.get(), expected),
            (Err(failure), Err(part)) => {
                assert!(failure.message.contains(part), "{}", failure.message);
            }
            (found, expected) => panic!("found {found:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn pointers_lead_to_values_as_they_are_written() {
        let document = r#"{"a": {"b": [1, "x", true]}, "": 7, "m~n": 1.50, "o/p": 18446744073709551617, "n": null}"#;
        check(document, "/a/b/0", Ok("1"));
        check(document, "/a/b/1", Ok("\"x\""));
        check(document, "/a/b/2", Ok("true"));
        check(document, "/", Ok("7"));
        check(document, "/m~0n", Ok("1.50"));
        check(document, "/o~1p", Ok("18446744073709551617"));
        check("3", "", Ok("3"));
        check(
            document,
            "/a/b",
            Err("at `/a/b` the payload has more than one value"),
        );
        check(document, "/n", Err("nothing at `/n`"));
        check(document, "/a/b/3", Err("nothing at `/a/b/3`"));
        check(document, "/a/b/00", Err("nothing at"));
        check(document, "/a/b/+1", Err("nothing at"));
        check(document, "/a/c", Err("nothing at `/a/c`"));
        check(document, "/n/x", Err("nothing at `/n/x`"));
        check("{", "/a", Err("is no JSON with `/a` in it: EOF"));
        check("", "/a", Err("is no JSON"));
    }

    #[test]
    fn long_keys_are_kept_by_their_digests() {
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(short("order-7".to_owned()), "order-7");
        assert_eq!(short(long.clone()).len(), 65);
        let looks_alike = short(long.clone());
        assert_ne!(short(looks_alike.clone()), looks_alike);
        assert_ne!(short(format!("{long}y")), short(long));
    }
}

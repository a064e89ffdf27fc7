//! The laws of what says that work was done before, over any bytes: for the fuzzer.

use bytes::Bytes;
use serde_json::Value;

use super::key::find;
use super::record::{Answer, Record};

/// A record that can be read reads back from what is written of it, with an event once that was written as ours. A payload, whose first line is a JSON Pointer, has a key
/// where `serde_json` sees a text, a number or a boolean.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_idempotent(bytes: &[u8]) {
    match Record::read(&Bytes::copy_from_slice(bytes)) {
        Ok(record) => {
            let again = Record::read(&record.write()).expect("it was written");
            // white space around JSON is left out of an event
            assert!(has_event(&record) || again == record, "{again:?}");
            assert_eq!(Record::read(&again.write()).as_ref(), Ok(&again));
        }
        Err(error) => assert!(!error.is_empty()),
    }
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let pointer = parts.next().and_then(|line| str::from_utf8(line).ok());
    let Some(pointer) = pointer.filter(|pointer| pointer.starts_with('/')) else {
        return;
    };
    let payload = parts.next().unwrap_or_default();
    // what `serde_json` tells itself by names that nobody else gives
    if payload.windows(6).any(|part| part == b"$serde") {
        return;
    }
    let found = find(payload, pointer).map(|found| found.get());
    if let Ok(document) = serde_json::from_slice::<Value>(payload) {
        let expected = document.pointer(pointer);
        let expected = expected.filter(|it| it.is_string() || it.is_number() || it.is_boolean());
        let found = found.ok().map(|text| {
            let value = serde_json::from_str::<Value>(text);
            value.expect("a part of the payload is JSON")
        });
        assert_eq!(found.as_ref(), expected);
    } else if let Err(failure) = found {
        assert!(!failure.message.is_empty());
    }
}

fn has_event(record: &Record) -> bool {
    let Record::Done { answer, .. } = record else {
        return false;
    };
    matches!(answer, Answer::Reply(reply) if reply.event.is_some())
}

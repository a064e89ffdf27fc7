//! Events that no source writes: refused or read, and never more than they are.

use std::collections::HashSet;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::encode;
use super::super::incoming::{Incoming, inside, read};
use super::super::source::Source;
use super::fixtures::{recorded, rows};
use super::{DecodeError, Event};
use crate::invocation::Input;

/// Reads an event as far as it goes. Whatever it is, all of its failures can be told, each id once.
fn swallow(event: &Bytes) {
    let Ok(Event::Other(source)) = super::event(event) else {
        return;
    };
    let incoming = match read(&source, event) {
        Ok(Some(incoming)) => incoming,
        Ok(None) => return,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let arrivals = match &incoming {
        Incoming::Batch(batch) => {
            let ids = batch.records.iter().map(|record| &record.id);
            let different: HashSet<_> = ids.clone().collect();
            let mut out = Vec::new();
            encode::failures(ids, batch.state.as_deref(), &mut out);
            let answer: Value = serde_json::from_slice(&out).unwrap();
            let told = answer["batchItemFailures"].as_array().unwrap();
            assert_eq!(told.len(), different.len());
            let arrivals = batch.records.iter();
            arrivals
                .filter_map(|record| record.arrival.as_ref().ok())
                .collect()
        }
        Incoming::Whole(arrivals) => arrivals.iter().collect(),
        Incoming::One(arrival) => vec![&**arrival],
        Incoming::Nothing => Vec::new(),
    };
    for arrival in arrivals {
        let _found = inside(arrival);
    }
}

fn recorded_events() -> Vec<Value> {
    let others = rows().into_iter().map(|row| recorded(&row.file));
    let others = others.filter(|event| matches!(super::event(event), Ok(Event::Other(_))));
    others
        .map(|event| serde_json::from_slice(&event).unwrap())
        .collect()
}

/// All places of a document, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(entries) => {
            for (name, entry) in entries {
                let name = name.replace('~', "~0").replace('/', "~1");
                places(entry, &format!("{at}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn any_value_in_any_place_does_no_harm() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!(":/::."),
        json!("\u{0}é\"\\"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"": {}}),
    ];
    for event in recorded_events() {
        let mut all = Vec::new();
        places(&event, "", &mut all);
        for place in all {
            for value in &values {
                let mut event = event.clone();
                *event.pointer_mut(&place).unwrap() = value.clone();
                swallow(&event.to_string().into());
            }
        }
    }
}

proptest! {
    #[test]
    fn no_cut_and_no_flip_of_an_event_does_harm(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let events = recorded_events();
        let event = which.get(&events).to_string().into_bytes();
        let at = at.index(event.len());
        swallow(&Bytes::copy_from_slice(&event[..at]));
        let mut flipped = event;
        flipped[at] = byte;
        swallow(&flipped.into());
    }

    #[test]
    fn any_text_in_any_place_does_no_harm(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        text in "\\PC{0,20}|[A-Za-z0-9+/]{0,8}={0,2}|arn:[a-z:/]{0,20}",
    ) {
        let events = recorded_events();
        let mut event = which.get(&events).clone();
        let mut all = Vec::new();
        places(&event, "", &mut all);
        let place = &all[at.index(all.len())];
        *event.pointer_mut(place).unwrap() = text.into();
        swallow(&event.to_string().into());
    }
}

#[track_caller]
fn error(event: &str) -> DecodeError {
    let event = Bytes::copy_from_slice(event.as_bytes());
    let Ok(Event::Other(source)) = super::event(&event) else {
        panic!("not recognised");
    };
    read(&source, &event).unwrap_err()
}

#[track_caller]
fn chain(event: &str) -> String {
    let error = error(event);
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    format!("{error}: {}", cause.unwrap_or_default())
}

#[test]
fn more_records_than_any_source_sends_are_refused() {
    let record = r#"{"eventSource":"aws:sqs","messageId":"m","eventSourceARN":"a:q"}"#;
    let of = |count| format!(r#"{{"Records":[{}]}}"#, vec![record; count].join(","));
    swallow(&of(10_000).into());
    let told = chain(&of(10_001));
    assert!(told.contains("more than 10000 entries"), "{told}");

    let partition = |name: u8| {
        format!(
            r#""t-{name}":[{}]"#,
            vec![r#"{"offset":1}"#; 9_000].join(",")
        )
    };
    let kafka = format!(
        r#"{{"eventSource":"aws:kafka","records":{{{},{}}}}}"#,
        partition(0),
        partition(1)
    );
    let told = error(&kafka).to_string();
    assert_eq!(told, "the event has 18000 records, expected at most 10000");
}

#[test]
fn depth_is_bounded() {
    let deep = |open: &str, close: &str, inside: &str| {
        let depth = 60;
        format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
    };
    let row = deep(r#"{"M":{"a":"#, "}}", r#"{"S":"x"}"#);
    let event = format!(
        r#"{{"Records":[{{"eventSource":"aws:dynamodb","eventName":"INSERT","eventSourceARN":"arn:aws:dynamodb:r:1:table/t","dynamodb":{{"SequenceNumber":"1","NewImage":{{"a":{row}}}}}}}]}}"#
    );
    swallow(&event.into());
    let event = format!(
        r#"{{"eventSource":"aws:docdb","events":{}}}"#,
        "[".repeat(100_000)
    );
    assert!(super::event(&event.into()).is_err());
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn logs(packed: &[u8]) -> String {
    json!({"awslogs": {"data": STANDARD.encode(packed)}}).to_string()
}

#[test]
fn log_lines_that_unpack_without_end_are_refused() {
    let bomb = packed(&vec![b' '; 33 * 1024 * 1024]);
    assert!(bomb.len() < 1024 * 1024);
    let message = "`awslogs.data` unpacks to 33554432 bytes or more, expected fewer";
    assert_eq!(error(&logs(&bomb)).to_string(), message);
}

#[test]
fn log_lines_that_do_not_unpack_are_refused() {
    let whole = packed(br#"{"messageType":"DATA_MESSAGE"}"#);
    let cut = whole.split_at(whole.len() - 5).0;
    assert_eq!(error(&logs(cut)).to_string(), "`awslogs.data` is not gzip");
    assert_eq!(
        error(&logs(b"plain")).to_string(),
        "`awslogs.data` is not gzip"
    );
    let data = r#"{"awslogs":{"data":"***"}}"#;
    assert_eq!(error(data).to_string(), "`awslogs.data` is not base64");
    let told = error(&logs(&whole)).to_string();
    assert!(told.ends_with("the form of CloudWatch Logs"), "{told}");
    let empty = br#"{"messageType":"DATA_MESSAGE","logGroup":"g","logEvents":[]}"#;
    let message = "`logEvents[0]` is missing, expected a line, whose id the event gets";
    assert_eq!(error(&logs(&packed(empty))).to_string(), message);
}

#[test]
fn of_log_lines_the_first_alone_is_read() {
    let lines =
        br#"{"messageType":"DATA_MESSAGE","logGroup":"g","logEvents":[{"id":"1"},{},7,null]}"#;
    let event = Bytes::from(logs(&packed(lines)));
    let Ok(Some(Incoming::One(arrival))) = read(&Source::CloudWatchLogs, &event) else {
        panic!("one event");
    };
    let Input::Event(event) = arrival.item.input else {
        panic!("an event");
    };
    assert_eq!(&*event.id, "1");
}

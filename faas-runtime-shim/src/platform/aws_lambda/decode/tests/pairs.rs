//! No event is taken for one of another source.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::incoming::{Incoming, read};
use super::super::source::{EventSource, Records};
use super::fixtures::{recorded, rows};
use super::{Event, Source};

/// All sources that have a decoder.
const SOURCES: [Source; 16] = [
    Source::Records(Records::CodeCommit),
    Source::Records(Records::DynamoDb),
    Source::Records(Records::Kinesis),
    Source::Records(Records::S3),
    Source::Records(Records::Ses),
    Source::Records(Records::Sns),
    Source::Records(Records::Sqs),
    Source::EventSource(EventSource::ActiveMq),
    Source::EventSource(EventSource::DocumentDb),
    Source::EventSource(EventSource::Kafka),
    Source::EventSource(EventSource::RabbitMq),
    Source::EventSource(EventSource::SelfManagedKafka),
    Source::EventBridge,
    Source::CloudWatchLogs,
    Source::DestinationRecord,
    Source::CloudEvent,
];

/// What is recognised, and all that is read of it.
#[derive(Debug, PartialEq)]
enum Seen {
    Http(String),
    Other(Source, Option<String>),
    Refused,
}

fn seen(event: &Bytes) -> Seen {
    match super::event(event) {
        Ok(Event::Http(event)) => {
            let request = event.request;
            Seen::Http(format!(
                "{} {} {:?}",
                request.method(),
                request.uri(),
                event.envelope
            ))
        }
        Ok(Event::Other(source)) => match read(&source, event) {
            Ok(incoming) => Seen::Other(source, incoming.map(|it| format!("{it:?}"))),
            Err(_) => Seen::Refused,
        },
        Err(_) => Seen::Refused,
    }
}

fn object(event: &Bytes) -> Map<String, Value> {
    match serde_json::from_slice(event).unwrap() {
        Value::Object(entries) => entries,
        other => panic!("no object: {other}"),
    }
}

fn is_same(one: &Source, other: &Source) -> bool {
    let kafka = |source: &Source| {
        matches!(
            source,
            Source::EventSource(EventSource::Kafka | EventSource::SelfManagedKafka)
        )
    };
    one == other || kafka(one) && kafka(other)
}

#[test]
fn a_decoder_refuses_the_events_of_all_others() {
    for row in rows() {
        let event = recorded(&row.file);
        let own = match super::event(&event).unwrap() {
            Event::Http(_) => None,
            Event::Other(source) => Some(source),
        };
        for source in SOURCES {
            let expected = own.as_ref().is_some_and(|own| is_same(own, &source));
            let is_read = match read(&source, &event) {
                Ok(Some(Incoming::Batch(batch))) => {
                    batch.records.iter().all(|record| record.arrival.is_ok())
                }
                Ok(incoming) => incoming.is_some(),
                Err(_) => false,
            };
            assert_eq!(
                is_read, expected,
                "{} by the decoder of {source:?}",
                row.file
            );
        }
    }
}

/// One event with the keys of another on top of it is one of the two, undamaged, or is refused.
#[test]
fn keys_of_two_events_in_one_make_no_third() {
    let events: Vec<_> = rows().into_iter().map(|row| recorded(&row.file)).collect();
    let mut merged_ones = 0;
    for lower in &events {
        for upper in &events {
            let mut merged = object(lower);
            merged.extend(object(upper));
            let is_whole = object(lower)
                .iter()
                .all(|(key, value)| merged[key] == *value);
            let merged = Bytes::from(Value::Object(merged).to_string());
            let compact = |event: &Bytes| Bytes::from(Value::Object(object(event)).to_string());
            let (lower, upper) = (seen(&compact(lower)), seen(&compact(upper)));
            let found = seen(&merged);
            let kind = |seen: &Seen| match seen {
                Seen::Http(_) => None,
                Seen::Other(source, _) => Some(source.clone()),
                Seen::Refused => None,
            };
            match &found {
                Seen::Refused => {}
                found if *found == upper => {}
                // the data of a record is all of the event, whatever keys it has
                found if is_whole && kind(found) != Some(Source::DestinationRecord) => {
                    assert_eq!(*found, lower);
                }
                found => assert!(
                    [kind(&lower), kind(&upper)].contains(&kind(found)),
                    "{found:?} of {lower:?} and {upper:?}"
                ),
            }
            merged_ones += 1;
        }
    }
    assert!(merged_ones > 1_000, "only {merged_ones} pairs");
}

//! Recorded events of every source, with what must come of each.

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::super::super::encode;
use super::super::source::{EventSource, Records};
use super::{Event, Read, Source};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/aws")
}

#[track_caller]
fn decode(file: &str) -> Event {
    let event = std::fs::read(folder().join(file)).unwrap();
    super::super::event(&Bytes::from(event)).unwrap()
}

struct Row {
    file: String,
    trigger: String,
    matched: String,
    answer: String,
}

/// The rows of kind `event` in `expected.tsv`.
fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let rows = table.lines().filter_map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        let (file, kind, trigger) = (columns.next()?, columns.next()?, columns.next()?);
        let (matched, _items, answer) = (columns.next()?, columns.next()?, columns.next()?);
        (kind == "event").then_some(Row {
            file,
            trigger,
            matched,
            answer,
        })
    });
    rows.collect()
}

/// The triggers that a source's events may have.
fn triggers(source: &Source) -> &'static [&'static str] {
    match source {
        Source::Records(records) => match records {
            Records::Kinesis | Records::Sns | Records::Sqs => &["queue"],
            Records::S3 => &["object"],
            Records::DynamoDb => &["binlog"],
            Records::CodeCommit | Records::Ses => &["event"],
            Records::Unknown(_) => &[],
        },
        Source::EventSource(source) => match source {
            EventSource::DocumentDb => &["binlog"],
            EventSource::Unknown(_) => &[],
            EventSource::ActiveMq
            | EventSource::Kafka
            | EventSource::RabbitMq
            | EventSource::SelfManagedKafka => &["queue"],
        },
        Source::EventBridge => &["event", "object", "timer"],
        Source::CloudEvent | Source::CloudWatchLogs | Source::DestinationRecord => &["event"],
        Source::Authorizer | Source::Direct | Source::Firehose | Source::Other(_) => &["invoke"],
    }
}

#[test]
fn every_event_is_what_the_table_says() {
    let rows = rows();
    assert_eq!(rows.len(), 43);
    for row in rows {
        let file = &row.file;
        match decode(file) {
            Event::Http(event) => {
                let path = percent_decode_str(event.request.uri().path()).decode_utf8();
                let matched = format!("{} {}", event.request.method(), path.unwrap());
                assert_eq!((&*row.trigger, matched), ("http", row.matched), "{file}");

                assert_eq!(row.answer, "http", "{file}");
                let (head, ()) = http::Response::new(()).into_parts();
                let mut answer = Vec::new();
                encode::http(event.envelope, &head, b"", &mut answer);
                let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap();
                assert_eq!(answer["statusCode"], 200, "{file}");
            }
            Event::Other(source) => {
                let triggers = triggers(&source);
                assert!(triggers.contains(&&*row.trigger), "{file} is {source:?}");
                assert_ne!(row.answer, "http", "{file}");
            }
        }
    }
}

#[test]
fn every_source_is_recognised() {
    let mut sources = String::new();
    for row in rows() {
        let what = match decode(&row.file) {
            Event::Http(event) => format!("{:?}", event.envelope),
            Event::Other(source) => format!("{source:?}"),
        };
        writeln!(sources, "{}: {what}", row.file).unwrap();
    }
    insta::assert_snapshot!("sources", sources);
}

#[test]
fn requests_are_what_was_sent() {
    for row in rows() {
        if let Event::Http(event) = decode(&row.file) {
            let name = row.file.trim_end_matches(".json");
            insta::assert_snapshot!(name, text(&event.into()));
        }
    }
}

/// A request as one would write it down, and what came with it.
fn text(read: &Read) -> String {
    let mut text = format!("{} {}\n", read.method, read.target);
    for (name, value) in &read.headers {
        writeln!(text, "{name}: {}", value.as_bytes().escape_ascii()).unwrap();
    }
    writeln!(text, "\n{}", read.body.escape_ascii()).unwrap();

    let details = &read.details;
    let context = details.request_context.as_ref().unwrap();
    let claims = details.claims.and_then(|claims| claims(context));
    writeln!(text, "---\nenvelope: {:?}", read.envelope).unwrap();
    writeln!(text, "client address: {:?}", details.client_address).unwrap();
    writeln!(text, "request id: {:?}", details.request_id).unwrap();
    writeln!(text, "public path: {:?}", details.public_path).unwrap();
    writeln!(text, "claims: {}", serde_json::json!(claims)).unwrap();
    writeln!(text, "request context: {} bytes", context.as_bytes().len()).unwrap();
    text
}

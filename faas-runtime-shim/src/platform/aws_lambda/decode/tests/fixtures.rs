//! Recorded events of every source, with what must come of each.

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use super::super::super::encode;
use super::super::incoming::Incoming;
use super::{Event, Read, Source, arrivals};
use crate::invocation::{Address, Arrival, Attributes, Input, Item, RawJson};
use crate::rfc3339;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/aws")
}

#[track_caller]
pub(super) fn recorded(file: &str) -> Bytes {
    std::fs::read(folder().join(file)).unwrap().into()
}

#[track_caller]
fn decode(file: &str) -> Event {
    super::event(&recorded(file)).unwrap()
}

pub(super) struct Row {
    pub(super) file: String,
    trigger: String,
    matched: String,
    items: usize,
    answer: String,
}

/// The rows of kind `event` in `expected.tsv`.
pub(super) fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(folder().join("expected.tsv")).unwrap();
    let rows = table.lines().filter_map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        let (file, kind, trigger) = (columns.next()?, columns.next()?, columns.next()?);
        let (matched, items, answer) = (columns.next()?, columns.next()?, columns.next()?);
        (kind == "event").then_some(Row {
            file,
            trigger,
            matched,
            items: items.parse().unwrap_or_default(),
            answer,
        })
    });
    rows.collect()
}

/// Which function an arrival is for, in the table's words.
fn found(arrival: &Arrival) -> (&'static str, String) {
    let text = |name: &Option<Box<str>>| name.as_deref().unwrap_or("-").to_owned();
    match (&arrival.address, &arrival.item.input) {
        (Address::Queue(name), Input::Delivery(_)) => ("queue", text(name)),
        (Address::Timer(name), Input::Tick(_)) => ("timer", text(name)),
        (Address::Object(bucket), Input::Object(_)) => ("object", bucket.to_string()),
        (Address::Binlog(table), Input::Change(_)) => ("binlog", table.to_string()),
        (Address::Event, Input::Event(event)) => ("event", event.kind.clone()),
        other => panic!("an address and an input that do not belong together: {other:?}"),
    }
}

/// The answers that the table may promise for it: an event that succeeds as a whole is answered with null.
fn forms(incoming: &Incoming) -> &'static [&'static str] {
    match incoming {
        Incoming::Batch(_) => &["batchItemFailures"],
        Incoming::Whole(_) => &["whole"],
        Incoming::One(_) => &["null", "whole"],
        Incoming::Nothing => &[],
    }
}

fn incoming(file: &str, source: &Source) -> Option<Incoming> {
    super::super::incoming::read(source, &recorded(file)).unwrap()
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
            Event::Other(source) => match incoming(file, &source) {
                Some(incoming) => {
                    let arrivals = arrivals(&incoming);
                    let found: Vec<_> = arrivals.iter().map(|arrival| found(arrival)).collect();
                    let expected = (&*row.trigger, row.matched);
                    assert_eq!(found, vec![expected; row.items], "{file}");
                    assert!(forms(&incoming).contains(&&*row.answer), "{file}");
                }
                None => {
                    let raw = ("invoke", "-", "raw", 1);
                    let row = (&*row.trigger, &*row.matched, &*row.answer, row.items);
                    assert_eq!(row, raw, "{file}");
                }
            },
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

#[test]
fn arrivals_are_what_was_sent() {
    for row in rows() {
        let Event::Other(source) = decode(&row.file) else {
            continue;
        };
        if let Some(incoming) = incoming(&row.file, &source) {
            let name = row.file.trim_end_matches(".json");
            insta::assert_snapshot!(name, written(&incoming));
        }
    }
}

/// Everything that is read of an event.
fn written(incoming: &Incoming) -> String {
    let mut text = String::new();
    if let Incoming::Batch(batch) = incoming {
        let ids: Vec<_> = batch.records.iter().map(|record| &record.id).collect();
        writeln!(text, "ids: {ids:?}\nstate: {:?}\n", batch.state).unwrap();
    }
    for arrival in arrivals(incoming) {
        let Item {
            input,
            lane,
            attempt,
            idempotency_key,
            trace,
        } = &arrival.item;
        writeln!(text, "{:?}", arrival.address).unwrap();
        writeln!(text, "lane: {lane:?}").unwrap();
        writeln!(text, "attempt: {attempt:?}").unwrap();
        writeln!(text, "idempotency key: {idempotency_key:?}").unwrap();
        writeln!(text, "trace: {trace:?}").unwrap();
        write_input(&mut text, input);
        text.push('\n');
    }
    text
}

fn write_input(text: &mut String, input: &Input) {
    let time = |time: &Option<_>| time.map(rfc3339::format).unwrap_or_default();
    let json = |json: &Option<RawJson>| {
        let text = json.as_ref().map(|json| json.as_bytes().escape_ascii());
        text.map(|text| text.to_string()).unwrap_or_default()
    };
    match input {
        Input::Delivery(it) => {
            writeln!(text, "  id: {}\n  queue: {}", it.id, it.queue).unwrap();
            writeln!(text, "  key: {:?}\n  sent: {}", it.key, time(&it.sent)).unwrap();
            writeln!(text, "  body: {:?}", it.body).unwrap();
            writeln!(text, "  media type: {:?}", it.media_type).unwrap();
            writeln!(text, "  attempt: {:?}", it.attempt).unwrap();
            writeln!(text, "  idempotency key: {:?}", it.idempotency_key).unwrap();
            write_attributes(text, &it.attributes);
        }
        Input::Tick(it) => {
            let due = rfc3339::format(it.due);
            writeln!(
                text,
                "  timer: {}\n  due: {due}\n  payload: {:?}",
                it.timer, it.payload
            )
            .unwrap();
            writeln!(
                text,
                "  schedule: {:?} {:?} {}",
                it.schedule, it.timezone, it.missed
            )
            .unwrap();
        }
        Input::Object(it) => {
            writeln!(text, "  bucket: {}\n  key: {}", it.bucket, it.key).unwrap();
            writeln!(text, "  kind: {:?}\n  size: {:?}", it.kind, it.size).unwrap();
            writeln!(text, "  version: {:?}\n  etag: {:?}", it.version, it.etag).unwrap();
            let time = time(&it.time);
            writeln!(text, "  time: {time}\n  sequencer: {:?}", it.sequencer).unwrap();
        }
        Input::Change(it) => {
            writeln!(text, "  table: {}\n  kind: {:?}", it.table, it.kind).unwrap();
            writeln!(text, "  key: {}", json(&it.key)).unwrap();
            writeln!(text, "  before: {}", json(&it.before)).unwrap();
            writeln!(text, "  after: {}", json(&it.after)).unwrap();
            writeln!(
                text,
                "  position: {:?}\n  time: {}",
                it.position,
                time(&it.time)
            )
            .unwrap();
        }
        Input::Event(it) => writeln!(text, "{it:#?}\n{:?}", it.data).unwrap(),
        Input::Payload(_) | Input::Batch(_) => panic!("no decoder makes this"),
    }
}

fn write_attributes(text: &mut String, attributes: &Attributes) {
    for (name, value) in attributes.iter() {
        writeln!(text, "  attribute {name}: {value:?}").unwrap();
    }
}

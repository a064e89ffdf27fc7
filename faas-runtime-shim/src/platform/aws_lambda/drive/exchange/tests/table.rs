//! Every recorded event, as its table says: who gets it, how often, and how that is answered.

use serde_json::{Value, json};

use super::{
    Verdict, always_failing, answer_with, answered, application, by_body, exchanged, failures,
    given, invoke, named, recorded, refused,
};

struct Row {
    file: String,
    trigger: String,
    matched: String,
    items: usize,
    answer: String,
}

fn rows() -> Vec<Row> {
    let table = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/aws/expected.tsv"
    ));
    let rows = table.lines().filter_map(|line| {
        let columns: Vec<_> = line.split('\t').map(str::to_owned).collect();
        let [file, kind, trigger, matched, items, answer] = columns.try_into().ok()?;
        (kind == "event" && trigger != "http").then(|| Row {
            file,
            trigger,
            matched,
            items: items.parse().unwrap(),
            answer,
        })
    });
    rows.collect()
}

/// The ids by which an event's records are told, found by other means than the decoder's; each once.
fn ids(event: &Value) -> Vec<String> {
    let of_record = |record: &Value| {
        let places = [
            "/messageId",
            "/kinesis/sequenceNumber",
            "/dynamodb/SequenceNumber",
        ];
        let mut found = places.iter().filter_map(|place| record.pointer(place));
        found.next().unwrap().as_str().unwrap().to_owned()
    };
    let mut ids: Vec<String> = match &event["Records"] {
        Value::Array(records) => records.iter().map(of_record).collect(),
        _ => {
            let partitions = event["records"].as_object().unwrap().iter();
            let of = |(partition, records): (&String, &Value)| {
                let offsets = records.as_array().unwrap().iter();
                let ids: Vec<_> = offsets
                    .map(|record| format!("{partition}/{}", record["offset"]))
                    .collect();
                ids
            };
            partitions.flat_map(of).collect()
        }
    };
    ids.dedup();
    ids
}

#[test]
fn every_event_reaches_the_function_that_the_table_names() {
    let mut count = 0;
    for row in rows().iter().filter(|row| row.trigger != "invoke") {
        let file = &row.file;
        let event = recorded(file);
        let application = application(&[named(&row.trigger, &row.matched), invoke("other")]);

        answer_with(by_body);
        let answer = answered(&application, &event);
        assert_eq!(given().len(), row.items, "{file}");
        if row.answer == "batchItemFailures" {
            assert_eq!(failures(&answer), [""; 0], "{file}");
            assert_eq!(answer["state"], event["state"], "{file}");
        } else {
            assert_eq!(answer, Value::Null, "{file}");
        }

        answer_with(always_failing);
        let (kind, message) = refused(&application, &event);
        assert_eq!(kind, "Function.TestError", "{file}");
        if row.answer == "batchItemFailures" {
            let ids = ids(&event);
            let all = row.items;
            let expected = format!(
                "asked to fail; of {all} records {all} failed, the first is `{}`",
                ids[0]
            );
            assert_eq!(message, expected, "{file}");
        } else {
            assert_eq!(message, "asked to fail", "{file}");
        }
        given();
        count += 1;
    }
    assert_eq!(count, 22);
}

#[test]
fn an_event_for_nobody_is_loud() {
    for row in rows().iter().filter(|row| row.trigger != "invoke") {
        let application = application(&[named(&row.trigger, "another"), invoke("other")]);
        let (kind, message) = refused(&application, &recorded(&row.file));
        assert_eq!(kind, "Runtime.UnroutableEvent", "{}", row.file);
        assert!(message.starts_with("no function takes"), "{message}");
        assert!(message.contains("another"), "{message}");
        assert!(given().is_empty(), "{}", row.file);
    }
}

#[test]
fn a_single_invoke_function_gets_every_event_as_it_is() {
    answer_with(|input| match input {
        super::Input::Payload(payload) => Ok(super::Reply::json(payload.body.clone())),
        other => panic!("no payload: {other:?}"),
    });
    let application = application(&[invoke("all")]);
    for row in rows() {
        let event = recorded(&row.file);
        assert_eq!(answered(&application, &event), event, "{}", row.file);
    }
}

#[test]
fn events_that_want_an_answer_of_their_own_are_not_guessed_at() {
    let application = application(&[invoke("some"), named("queue", "test")]);
    let raw: Vec<_> = rows()
        .into_iter()
        .filter(|row| row.answer == "raw")
        .map(|row| row.file)
        .collect();
    assert_eq!(raw, ["firehose-transform.json", "invoke-raw.json"]);
    let (kind, message) = refused(&application, &recorded("firehose-transform.json"));
    assert_eq!(kind, "Runtime.UnroutableEvent");
    assert!(message.contains("records of Firehose"), "{message}");
    let (verdict, _) = exchanged(&application, json!({"a": 1}).to_string());
    assert!(matches!(verdict, Verdict::Response));
    assert_eq!(given().len(), 1);
}

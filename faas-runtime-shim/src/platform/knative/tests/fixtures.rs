//! Recorded requests: what the table and their own files expect of them.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::*;
use crate::cloudevents::CloudEvent;
use crate::host::events::tests::{events, queue, seen};
use crate::invocation::Input;

/// A row of `expected.tsv`.
struct Row {
    file: String,
    trigger: &'static str,
    matched: &'static str,
    request: Value,
    expect: Value,
}

fn rows() -> Vec<Row> {
    let folder = folder("knative");
    let table = std::fs::read_to_string(folder.join("expected.tsv")).unwrap();
    let table: &'static str = table.leak();
    let rows = table.lines().skip(1).filter_map(|line| {
        let [file, kind, trigger, matched, items, answer] =
            line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        if kind != "request" {
            return None;
        }
        assert_eq!(items, "1", "{file}");
        assert!(matches!(answer, "null" | "whole"), "{file}");
        let text = std::fs::read(folder.join(file)).unwrap();
        let mut document: Value = serde_json::from_slice(&text).unwrap();
        Some(Row {
            file: file.to_owned(),
            trigger,
            matched,
            request: document["request"].take(),
            expect: document["expect"].take(),
        })
    });
    rows.collect()
}

impl Row {
    /// The function that the table names.
    fn function(&self) -> &'static Function {
        match self.trigger {
            "event" => events("of_event", self.matched),
            "queue" => queue("of_queue", self.matched),
            "timer" => timer(self.matched),
            "object" => objects("of_object", self.matched),
            other => panic!("{other}"),
        }
    }

    /// Whether the other's function is one for this request too.
    fn goes_to(&self, other: &Self) -> bool {
        let is_named = (self.trigger, self.matched) == (other.trigger, other.matched);
        // sources that carry no name, where no function takes the type
        let nameless = match self.matched {
            "dev.knative.eventing.timer" => "timer",
            "dev.knative.eventing.aws-sqs" => "queue",
            _ => "",
        };
        is_named || nameless == other.trigger
    }
}

/// All functions of the table, each once.
fn everything(rows: &[Row]) -> Vec<&'static Function> {
    let mut functions: Vec<&'static Function> = Vec::new();
    let mut known = Vec::new();
    for row in rows {
        if known.contains(&(row.trigger, row.matched)) {
            continue;
        }
        known.push((row.trigger, row.matched));
        functions.push(match row.trigger {
            "event" => events(row.matched, row.matched),
            _ => row.function(),
        });
    }
    functions
}

#[tokio::test]
async fn each_request_reaches_the_function_that_the_table_names() {
    let rows = rows();
    assert_eq!(rows.len(), 13);
    let app = app(everything(&rows)).await;
    for row in &rows {
        let answer = send(&app, &row.request).await;
        assert_eq!(answer["status"], 204, "{}: {answer}", row.file);
        assert_eq!(answer["body"], "", "{}", row.file);
        let seen = seen();
        let [(name, input)] = &seen[..] else {
            panic!("{}: {seen:?}", row.file);
        };
        let expected = match row.trigger {
            "queue" => "of_queue",
            "object" => "of_object",
            _ => row.matched,
        };
        assert_eq!(*name, expected, "{}", row.file);
        check(row, input);
    }
}

/// Holds what a function has got to what its file expects.
fn check(row: &Row, input: &Input) {
    let Row {
        file,
        trigger,
        expect,
        ..
    } = row;
    let expect = expect.as_object().unwrap();
    assert_eq!(expect["kind"], *trigger, "{file}");
    for (name, value) in expect {
        let found = match (&**name, input) {
            ("kind" | "note" | "reply_allowed", _) => continue,
            ("name", Input::Delivery(delivery)) => json!(delivery.queue),
            ("name", Input::Tick(tick)) => json!(tick.timer),
            ("message_id", Input::Delivery(delivery)) => json!(delivery.id),
            ("attempt", Input::Delivery(delivery)) => json!(delivery.attempt),
            ("bucket", Input::Object(object)) => json!(object.bucket),
            ("key", Input::Object(object)) => json!(object.key),
            ("size", Input::Object(object)) => json!(object.size),
            ("change", Input::Object(object)) => json!(object.kind),
            ("type", Input::Event(event)) => json!(event.kind),
            ("extensions", Input::Event(event)) => {
                for (name, value) in value.as_object().unwrap() {
                    assert_eq!(event.extension(name), value.as_str(), "{file}: {name}");
                }
                continue;
            }
            (name, input) => panic!("{file}: `{name}` of {}", input.name()),
        };
        assert_eq!(found, *value, "{file}: `{name}`");
    }
}

#[tokio::test]
async fn no_request_is_taken_for_another() {
    let rows = rows();
    let mut strangers = 0;
    for other in &rows {
        let app = app(vec![other.function()]).await;
        for row in &rows {
            let answer = send(&app, &row.request).await;
            let place = format!("{} with the function of {}", row.file, other.file);
            if row.goes_to(other) {
                assert_eq!(answer["status"], 204, "{place}: {answer}");
                assert_eq!(seen().len(), 1, "{place}");
            } else {
                assert_eq!(answer["status"], 422, "{place}: {answer}");
                assert!(
                    answer["body"]
                        .as_str()
                        .unwrap()
                        .starts_with("no function takes")
                );
                assert!(seen().is_empty(), "{place}");
                strangers += 1;
            }
        }
    }
    assert!(strangers > 100, "only {strangers} pairs of strangers");
}

#[tokio::test]
async fn what_sources_tell_arrives() {
    let rows = rows();
    let app = app(everything(&rows)).await;
    let mut inputs = Vec::new();
    for row in &rows {
        send(&app, &row.request).await;
        let (_, input) = seen().remove(0);
        inputs.push((row.file.trim_end_matches(".json"), input));
    }
    let input = |file: &str| {
        let found = inputs.iter().find(|(name, _)| *name == file);
        found.unwrap().1.clone()
    };

    let Input::Delivery(record) = input("kafkasource") else {
        panic!("no delivery");
    };
    assert_eq!(record.key.as_deref(), Some(&b"cust-7"[..]));
    assert_eq!(record.attributes.get("traceid"), Some("abc123"));
    assert_eq!(record.attributes.iter().count(), 1);
    assert_eq!(record.media_type.as_deref(), Some("application/json"));
    let body: Value = serde_json::from_slice(&record.payload().body).unwrap();
    assert_eq!(body, json!({ "id": 564 }));
    let sent = UNIX_EPOCH + Duration::new(1_581_358_223, 861_866_615);
    assert_eq!(record.sent, Some(sent));

    let Input::Delivery(entry) = input("redisstreamsource") else {
        panic!("no delivery");
    };
    let body: Vec<String> = serde_json::from_slice(&entry.payload().body).unwrap();
    assert_eq!(body, ["fruit", "banana", "color", "yellow"]);

    let Input::Tick(tick) = input("pingsource") else {
        panic!("no tick");
    };
    let due = UNIX_EPOCH + Duration::new(1_714_521_600, 123_456_789);
    assert_eq!((tick.due, tick.missed), (due, 0));
    assert_eq!(&tick.payload.body[..], br#"{"message":"tick"}"#);

    let Input::Object(object) = input("s3-adapter-created") else {
        panic!("no object");
    };
    assert_eq!(
        object.etag.as_deref(),
        Some("d41d8cd98f00b204e9800998ecf8427e")
    );
    assert_eq!(
        object.version.as_deref(),
        Some("096fKKXTRTtl3on89fVO.nfljtsv6qko")
    );
    assert_eq!(object.sequencer.as_deref(), Some("0055AED6DCD90281E5"));
    assert_eq!(
        object.time,
        Some(UNIX_EPOCH + Duration::from_secs(1_714_521_600))
    );

    let Input::Event(event) = input("integrationsource-aws-s3") else {
        panic!("no event");
    };
    assert_eq!(event.data.as_deref(), Some(&b"object content"[..]));
}

/// The statuses that are answered, as Knative's own senders read them.
#[tokio::test]
async fn a_status_means_what_the_platform_takes_it_for() {
    let text = std::fs::read(folder("knative").join("status-semantics.json")).unwrap();
    let table: Value = serde_json::from_slice(&text).unwrap();
    for (name, list) in [
        ("succeeds", "success"),
        ("answers", "success"),
        ("replies", "success"),
        ("retries", "retry"),
        ("waits", "retry"),
        ("panics", "retry"),
        ("spoils", "retry"),
        ("rejects", "no_retry"),
    ] {
        let app = app(vec![events(name, "*")]).await;
        let answer = send(&app, &binary("t", "/s", &[], &json!(1))).await;
        let list = table[list].as_array().unwrap();
        assert!(list.contains(&answer["status"]), "{name}: {answer}");
    }
    let app = app(vec![events("any", "known")]).await;
    for document in [
        binary("unknown", "/s", &[], &json!(1)),
        binary("known", "/s", &[("ce-time", "soon")], &json!(1)),
        json!({ "path": "/", "headers": { "content-type": "application/cloudevents+avro" } }),
    ] {
        let answer = send(&app, &document).await;
        let list = table["no_retry"].as_array().unwrap();
        assert!(list.contains(&answer["status"]), "{answer}");
    }
}

/// The events that belong to no source: each valid one runs, and of what is wrong nothing does.
#[tokio::test]
async fn events_of_everybody() {
    let app = app(vec![events("any", "*")]).await;
    let mut count = 0;
    for path in ["cloudevents", "cloudevents/invalid"] {
        for file in std::fs::read_dir(folder(path)).unwrap() {
            let file = file.unwrap().path();
            let Ok(document) = std::fs::read(&file)
                .map_err(drop)
                .and_then(|text| serde_json::from_slice::<Value>(&text).map_err(drop))
            else {
                continue;
            };
            if document["request"].is_null() {
                continue;
            }
            count += 1;
            let answer = send(&app, &document["request"]).await;
            let expected = match document["expect"]["status"].as_u64() {
                Some(status) => (status, 0),
                None => match document["expect"]["ids"].as_array() {
                    Some(ids) => (204, ids.len()),
                    None => (204, 1),
                },
            };
            let status = answer["status"].as_u64().unwrap();
            let found = (status, seen().len());
            assert_eq!(found, expected, "{}: {answer}", file.display());
        }
    }
    assert!(count > 30, "only {count} files");
}

#[tokio::test]
async fn an_event_alone_is_a_document_too() {
    let app = app(vec![events("replies", "*")]).await;
    let event = json!({ "specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": 7 });
    let answer = send(&app, &event).await;
    assert_eq!(answer["status"], 200);
    assert_eq!(answer["headers"]["ce-type"], "answer");
    let answer = send(&app, &json!([event, event])).await;
    assert_eq!(answer["status"], 204);
    let taken: Vec<CloudEvent> = seen()
        .into_iter()
        .map(|(_, input)| match input {
            Input::Event(event) => *event,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(taken.len(), 3);
    assert!(
        taken
            .iter()
            .all(|event| event.data.as_deref() == Some(b"7"))
    );
}

#[tokio::test]
async fn a_document_that_is_none_is_told() {
    let app = app(vec![events("any", "*")]).await;
    for (text, expected) in [
        ("", "expected a CloudEvent"),
        ("{", "expected a CloudEvent"),
        ("7", "expected a CloudEvent"),
        ("{}", "expected a CloudEvent"),
        (r#"{"path":7}"#, "expected a CloudEvent"),
        (r#"{"path":"/ü b"}"#, "`path`"),
        (
            r#"{"path":"/","method":"P ST"}"#,
            "`method` of the request is not a method of HTTP",
        ),
        (
            r#"{"path":"/","headers":{"a b":"c"}}"#,
            "`headers` of the request is not an object of names",
        ),
        (r#"{"path":"/","body":"a","body_json":1}"#, "`body`"),
        (r#"{"path":"/","body_base64":"*"}"#, "`body_base64`"),
    ] {
        let Exchange::Error(error) = Knative.exchange(&app, text.into()).await else {
            panic!("{text} is understood");
        };
        let error = String::from_utf8(error.to_vec()).unwrap();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

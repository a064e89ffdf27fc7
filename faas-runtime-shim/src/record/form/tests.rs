//! What is written is read back to the byte, where nothing was taken out.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::redact::Redactor;
use super::{Brought, Content, FactsForm, HttpForm, InputForm, Text, Unusable, Writer};
use crate::clock::Moment;
use crate::cloudevents::CloudEvent;
use crate::invocation::{
    Attributes, Batch, ChangeEvent, ChangeKind, Delivery, Input, ObjectEvent, ObjectKind, Payload,
    RawJson, Tick,
};

/// Through the text of a file and back.
fn through(input: &Input) -> Input {
    let redactor = Redactor::default();
    let mut writer = Writer {
        redactor: &redactor,
        bodies: true,
        cut: false,
    };
    let form = writer.input(input);
    let text = serde_json::to_string_pretty(&form).unwrap();
    let read: InputForm = serde_json::from_str(&text).unwrap();
    assert_eq!(read, form);
    match read.brought().unwrap() {
        Brought::Event(input) => input,
        Brought::Http(_) => panic!("an event became a request"),
    }
}

fn bytes() -> impl Strategy<Value = Bytes> {
    let documents = prop::sample::select(vec![
        "null",
        "[1.50, 1e400, {\"a\":1,\"a\":2}]",
        " {\"a\" : [ ] }\n",
        "\"\\ud800\"",
        "{",
        "",
    ]);
    prop_oneof![
        documents.prop_map(Bytes::from_static_str),
        "[a-z é😀\\n\\\\\"\\[\\]{}]{0,24}".prop_map(Bytes::from),
        vec(any::<u8>(), 0..24).prop_map(Bytes::from),
    ]
}

/// `Bytes::from` for what lives as long as the program.
trait FromStaticStr {
    fn from_static_str(text: &'static str) -> Self;
}

impl FromStaticStr for Bytes {
    fn from_static_str(text: &'static str) -> Self {
        Self::from_static(text.as_bytes())
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    option::of("[a-z0-9 é/.]{0,12}")
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let attributes = vec(("[b-d]{1,3}", bytes()), 0..3);
    let sent = option::of(any::<u32>());
    (
        (text(), text(), text()),
        (option::of(bytes()), option::of(bytes())),
        (attributes, sent, option::of(1_u32..9)),
    )
        .prop_map(
            |((id, media_type, key), (body, order), (all, sent, attempt))| {
                let mut attributes = Attributes::default();
                for (name, value) in all {
                    attributes.push(name, value);
                }
                Delivery {
                    id: id.unwrap_or_default().into(),
                    queue: "orders".into(),
                    key: order,
                    attributes,
                    sent: sent.map(|sent| UNIX_EPOCH + Duration::from_millis(sent.into())),
                    body,
                    media_type: media_type.map(Cow::Owned),
                    attempt,
                    idempotency_key: key.map(Into::into),
                }
            },
        )
}

fn same(one: &Delivery, other: &Delivery) -> bool {
    let all = |delivery: &Delivery| {
        let attributes = delivery.attributes.iter();
        attributes
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect::<Vec<_>>()
    };
    one.id == other.id
        && one.queue == other.queue
        && one.key == other.key
        && all(one) == all(other)
        && one.sent == other.sent
        && one.body == other.body
        && one.media_type == other.media_type
        && one.attempt == other.attempt
        && one.idempotency_key == other.idempotency_key
}

proptest! {
    #[test]
    fn a_payload_comes_back(body in bytes(), media_type in text()) {
        let media_type = media_type.map(Cow::Owned);
        let payload = Payload { body: body.clone(), media_type: media_type.clone() };
        let Input::Payload(back) = through(&Input::Payload(payload)) else {
            panic!("another input");
        };
        prop_assert_eq!((back.body, back.media_type), (body, media_type));
    }

    #[test]
    fn deliveries_come_back(deliveries in vec(delivery(), 1..3)) {
        let Input::Delivery(back) = through(&Input::Delivery(Box::new(deliveries[0].clone()))) else {
            panic!("another input");
        };
        prop_assert!(same(&back, &deliveries[0]), "{:?}", back);
        let Input::Batch(back) = through(&Input::Batch(Batch::new(deliveries.clone()))) else {
            panic!("another input");
        };
        prop_assert_eq!(back.deliveries.len(), deliveries.len());
        prop_assert!(back.deliveries.iter().zip(&deliveries).all(|(one, other)| same(one, other)));
    }

    #[test]
    fn an_event_comes_back(data in option::of(bytes()), subject in text(), partition in text()) {
        let event = CloudEvent {
            subject,
            data,
            extensions: partition.map(|value| ("partitionkey".to_owned(), value)).into_iter().collect(),
            ..CloudEvent::new("1", "/orders", "com.example.a")
        };
        let Input::Event(back) = through(&Input::Event(Box::new(event.clone()))) else {
            panic!("another input");
        };
        prop_assert!(*back == event);
    }
}

#[test]
fn what_timers_stores_and_feeds_tell_comes_back() {
    let time = UNIX_EPOCH + Duration::new(1_767_225_600, 123_456_789);
    let tick = Tick {
        timer: "nightly".into(),
        due: time,
        schedule: Some("0 0 * * *".into()),
        timezone: None,
        missed: 3,
        payload: Payload::json("{}"),
    };
    let Input::Tick(back) = through(&Input::Tick(Box::new(tick.clone()))) else {
        panic!("another input");
    };
    assert_eq!((back.due, back.missed), (time, 3));
    assert_eq!(back.schedule, tick.schedule);

    let object = ObjectEvent {
        bucket: "in".into(),
        key: "a/ü.mp4".to_owned(),
        kind: ObjectKind::Removed,
        size: Some(u64::MAX),
        version: None,
        etag: Some("e".into()),
        time: Some(time),
        sequencer: Some("00a".into()),
        path: Some("/in/a".into()),
    };
    let Input::Object(back) = through(&Input::Object(Box::new(object.clone()))) else {
        panic!("another input");
    };
    assert_eq!(*back, object);

    let raw = |text: &'static str| RawJson::parse(text).ok();
    let change = ChangeEvent {
        table: "shop.orders".into(),
        kind: ChangeKind::Update,
        key: raw("7"),
        before: raw("null"),
        after: raw("{ \"a\": 1.0 }"),
        position: Some("9".into()),
        time: None,
    };
    let Input::Change(back) = through(&Input::Change(Box::new(change.clone()))) else {
        panic!("another input");
    };
    assert_eq!(
        (&back.key, &back.before, &back.after),
        (&change.key, &change.before, &change.after)
    );
}

#[tokio::test]
async fn a_request_comes_back_with_its_trailers() {
    let form: HttpForm = serde_json::from_value(json!({
        "method": "POST",
        "uri": "/orders?a=%20b&token=[redacted]",
        "version": "HTTP/2.0",
        "headers": [["accept", "a"], ["accept", "b"], ["x-bytes", { "base64": "/w==" }]],
        "body": { "json": [1.0] },
        "trailers": [["x-sum", "7"]],
    }))
    .unwrap();
    let Brought::Http(request) = InputForm::Http(form).brought().unwrap() else {
        panic!("an event");
    };
    assert_eq!(request.uri(), "/orders?a=%20b&token=[redacted]");
    assert_eq!(request.version(), http::Version::HTTP_2);
    let accept: Vec<_> = request.headers().get_all("accept").iter().collect();
    assert_eq!(accept, ["a", "b"]);
    assert_eq!(request.headers()["x-bytes"].as_bytes(), [0xff]);
    let body = request.into_body().collect().await.unwrap();
    assert_eq!(body.trailers().unwrap()["x-sum"], "7");
    assert_eq!(body.to_bytes(), "[1.0]");
}

#[test]
fn a_document_is_read_by_people_and_other_bytes_are_not_changed() {
    let check = |bytes: &'static [u8], form: Value| {
        let redactor = Redactor::default();
        let mut writer = Writer {
            redactor: &redactor,
            bodies: true,
            cut: false,
        };
        let payload = Payload {
            body: Bytes::from_static(bytes),
            media_type: None,
        };
        let InputForm::Payload(written) = writer.input(&Input::Payload(payload)) else {
            panic!("another input");
        };
        assert_eq!(serde_json::to_value(&written.body).unwrap(), form);
    };
    check(b"{\"a\":1}", json!({ "json": { "a": 1 } }));
    check(b"{\"a\":1}\n", json!({ "text": "{\"a\":1}\n" }));
    check(b"7", json!({ "text": "7" }));
    check(b"a\xff", json!({ "base64": "Yf8=" }));
    check(b"", json!({ "text": "" }));
}

#[test]
fn what_was_not_kept_cannot_be_brought() {
    let brought = |body: Value| {
        let form = json!({ "payload": { "body": body } });
        let form: InputForm = serde_json::from_value(form).unwrap();
        form.brought().map(|_| ()).unwrap_err()
    };
    assert_eq!(brought(json!({ "cut": 7 })), Unusable::Cut { length: 7 });
    assert_eq!(brought(json!({ "left_out": 7 })), Unusable::LeftOut);
    let wrong = brought(json!({ "base64": "é" })).to_string();
    assert!(wrong.contains("`base64` is `é`"), "{wrong}");
    let cut = Content::Cut(3);
    assert!(cut == Content::Cut(3) && cut != Content::LeftOut(3));
    assert_eq!(Text::Plain("a".to_owned()).bytes().unwrap(), "a");
}

#[test]
fn facts_come_back_as_far_as_they_are_known() {
    let form: FactsForm = serde_json::from_value(json!({
        "id": "8476a536",
        "attempt": 2,
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "remaining_ms": 1500,
        "peer": "127.0.0.1",
        "task": "job-1",
        "request_context": { "json": { "authorizer": { "jwt": { "claims": { "sub": "ann" } } } } },
        "claims": { "json": { "sub": "ann" } },
    }))
    .unwrap();
    let now = Moment::from_origin(Duration::from_secs(7));
    let facts = form.facts(now).unwrap();
    assert_eq!((facts.id.as_str(), facts.attempt), ("8476a536", Some(2)));
    assert_eq!(facts.deadline, Some(now.after(Duration::from_millis(1500))));
    assert_eq!(facts.task.unwrap().id().as_str(), "job-1");
    assert!(facts.trace.unwrap().sampled());
    let details = facts.details.unwrap();
    let context = details.request_context.as_ref().unwrap();
    #[cfg(feature = "aws-lambda")]
    assert_eq!(
        (details.claims.unwrap())(context),
        Some(json!({ "sub": "ann" }))
    );
    assert!(!context.as_bytes().is_empty());

    let wrong: FactsForm = serde_json::from_value(json!({ "peer": "nowhere" })).unwrap();
    let error = wrong.facts(now).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`facts.peer` is `nowhere`, which cannot be read"
    );
}

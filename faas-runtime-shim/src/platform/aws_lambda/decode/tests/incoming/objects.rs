//! What S3 says, directly and through EventBridge.

use serde_json::{Value, json};

use super::super::super::incoming::inside;
use super::{one, records, refusal, with};
use crate::invocation::{Address, Arrival, Input, ObjectEvent, ObjectKind};

fn s3(name: &str, object: Value) -> Value {
    let object = with(json!({"key": "a", "sequencer": "01"}), object);
    let record = json!({
        "eventName": name, "eventTime": "1970-01-01T00:00:00.123Z",
        "s3": {"bucket": {"name": "uploads"}, "object": object},
    });
    records("aws:s3", record)
}

#[track_caller]
fn object(arrival: Arrival) -> ObjectEvent {
    match arrival.item.input {
        Input::Object(object) => *object,
        other => panic!("no object: {other:?}"),
    }
}

#[test]
fn a_notification_s_key_is_decoded_once() {
    for (written, key) in [
        ("Happy+Face.jpg", "Happy Face.jpg"),
        ("a%2Bb%2520c", "a+b%20c"),
        ("%E5%9B%BE/%F0%9F%98%80.png", "图/😀.png"),
        ("100%25", "100%"),
        ("", ""),
    ] {
        let event = s3("ObjectCreated:Put", json!({"key": written}));
        assert_eq!(object(one(&event)).key, key);
    }
    let message = "`s3.object.key` is `%FF`, expected UTF-8 in percent encoding";
    assert_eq!(
        refusal(&s3("ObjectCreated:Put", json!({"key": "%FF"}))),
        message
    );
}

#[test]
fn a_key_through_event_bridge_is_plain() {
    let event = json!({
        "id": "e1", "source": "aws.s3", "detail-type": "Object Created", "time": "2023-03-08T17:50:14Z",
        "detail": {"bucket": {"name": "uploads"}, "object": {"key": "a+b%20c", "version-id": "v1", "size": 3}},
    });
    let object = object(one(&event));
    assert_eq!((&*object.key, object.size), ("a+b%20c", Some(3)));
    assert_eq!(object.version.as_deref(), Some("v1"));
}

#[test]
fn the_beginning_of_a_name_is_its_kind() {
    for (name, kind) in [
        ("ObjectCreated:Put", ObjectKind::Created),
        ("ObjectCreated:CompleteMultipartUpload", ObjectKind::Created),
        ("s3:ObjectCreated:Copy", ObjectKind::Created),
        ("ObjectRemoved:Delete", ObjectKind::Removed),
        ("ObjectRemoved:DeleteMarkerCreated", ObjectKind::Removed),
        ("LifecycleExpiration:Delete", ObjectKind::Removed),
    ] {
        assert_eq!(object(one(&s3(name, json!({})))).kind, kind, "{name}");
    }
}

#[test]
fn what_is_neither_created_nor_removed_is_an_event() {
    let arrival = one(&s3("ObjectRestore:Completed", json!({"key": "in%2Fa+b"})));
    assert_eq!(arrival.address, Address::Event);
    let Input::Event(event) = arrival.item.input else {
        panic!("an event");
    };
    assert_eq!(
        (&*event.kind, &*event.source),
        ("ObjectRestore:Completed", "aws.s3")
    );
    assert_eq!(event.subject.as_deref(), Some("uploads/in/a b"));
    let data: Value = serde_json::from_slice(event.data.as_ref().unwrap()).unwrap();
    assert_eq!(data["eventName"], "ObjectRestore:Completed");

    let arrival = one(&s3("ObjectRestore:Completed", json!({"key": "a%0Ab"})));
    let Input::Event(event) = arrival.item.input else {
        panic!("an event");
    };
    assert_eq!((&*event.id, event.subject), ("uploads/a%0Ab#01", None));

    let restored = json!({
        "id": "e1", "source": "aws.s3", "detail-type": "Object Restore Completed", "detail": {},
    });
    assert_eq!(one(&restored).address, Address::Event);
}

#[test]
fn every_record_arrives() {
    let mut event = s3("ObjectCreated:Put", json!({}));
    let second = s3("ObjectRemoved:Delete", json!({"key": "b"}))["Records"][0].clone();
    event["Records"].as_array_mut().unwrap().push(second);
    let incoming = super::incoming(&event);
    let keys: Vec<_> = super::arrivals(&incoming)
        .into_iter()
        .map(|arrival| object(arrival.clone()).key)
        .collect();
    assert_eq!(keys, ["a", "b"]);
}

#[test]
fn what_is_inside_of_a_message_comes_as_the_message_came() {
    let body = s3("ObjectCreated:Put", json!({})).to_string();
    let message = one(&records(
        "aws:sqs",
        json!({
            "messageId": "m1", "body": body, "eventSourceARN": "arn:aws:sqs:eu-west-1:1:orders.fifo",
            "attributes": {
                "ApproximateReceiveCount": "3", "MessageGroupId": "g",
                "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
            },
        }),
    ));
    let found = inside(&message).unwrap();
    let [found] = found.as_slice() else {
        panic!("one object: {found:?}");
    };
    assert_eq!(found.address, Address::Object("uploads".into()));
    assert_eq!(found.item.attempt, Some(3));
    assert_eq!(found.item.lane.as_deref(), Some("g"));
    assert!(found.item.trace.is_some());
    assert_eq!(found.item.idempotency_key.as_deref(), Some("uploads/a#01"));
}

#[test]
fn other_events_inside_of_a_message_stay_its_body() {
    for body in [
        "",
        "null",
        "{}",
        r#"{"Event":"s3:Other"}"#,
        r#"{"Records":[{"eventSource":"aws:s3"}]}"#,
    ] {
        let arn = "arn:aws:sqs:eu-west-1:1:orders";
        let record = json!({"messageId": "m1", "body": body, "eventSourceARN": arn});
        assert!(
            inside(&one(&records("aws:sqs", record))).is_none(),
            "{body}"
        );
    }
    let restored = s3("ObjectRestore:Completed", json!({})).to_string();
    let record = json!({"messageId": "m1", "body": restored, "eventSourceARN": "a:q"});
    assert!(inside(&one(&records("aws:sqs", record))).is_none());
}

//! Change feeds.

use serde_json::{Value, json};

use super::{at, incoming, one, records, refusal, with};
use crate::invocation::{ChangeEvent, ChangeKind, Input, RawJson};

#[track_caller]
fn change(event: &Value) -> ChangeEvent {
    match one(event).item.input {
        Input::Change(change) => *change,
        other => panic!("no change: {other:?}"),
    }
}

fn text(json: Option<&RawJson>) -> Option<&str> {
    json.map(|json| std::str::from_utf8(json.as_bytes()).unwrap())
}

fn dynamodb(name: &str, changes: Value) -> Value {
    let change = with(json!({"SequenceNumber": "11"}), changes);
    let arn = "arn:aws:dynamodb:eu-west-1:1:table/orders/stream/2016-12-01T00:00:00.000";
    let record = json!({"eventName": name, "dynamodb": change, "eventSourceARN": arn});
    records("aws:dynamodb", record)
}

#[test]
fn a_row_s_images_are_before_and_after() {
    let event = dynamodb(
        "MODIFY",
        json!({
            "Keys": {"id": {"N": "1"}}, "OldImage": {"a": {"S": "x"}}, "NewImage": {"a": {"S": "y"}},
            "ApproximateCreationDateTime": 1.545084650987e9,
        }),
    );
    let change = change(&event);
    assert_eq!(
        (&*change.table, change.kind),
        ("orders", ChangeKind::Update)
    );
    assert_eq!(text(change.key.as_ref()), Some(r#"{"id":1}"#));
    assert_eq!(text(change.before.as_ref()), Some(r#"{"a":"x"}"#));
    assert_eq!(text(change.after.as_ref()), Some(r#"{"a":"y"}"#));
    assert_eq!(change.time, at("2018-12-17T22:10:50.987Z"));
}

#[test]
fn a_stream_of_keys_alone_has_no_images() {
    let change = change(&dynamodb("REMOVE", json!({"Keys": {"id": {"S": "1"}}})));
    assert_eq!(change.kind, ChangeKind::Delete);
    assert!(change.before.is_none() && change.after.is_none());
}

#[test]
fn typed_values_become_plain_json() {
    let long = "12345678901234567890123456789012345678";
    for (typed, plain) in [
        (json!({"N": long}), long),
        (json!({"N": "-1.5E+10"}), "-1.5E+10"),
        (json!({"NS": ["1", "2.50"]}), "[1,2.50]"),
        (json!({"S": "say \"hi\"\n"}), r#""say \"hi\"\n""#),
        (json!({"B": "AP8="}), r#""AP8=""#),
        (
            json!({"L": [{"M": {"a": {"NULL": true}}}, {"BOOL": false}, {"L": []}]}),
            r#"[{"a":null},false,[]]"#,
        ),
        (json!({"SS": []}), "[]"),
    ] {
        let change = change(&dynamodb("INSERT", json!({"NewImage": {"v": typed}})));
        assert_eq!(
            text(change.after.as_ref()),
            Some(&*format!(r#"{{"v":{plain}}}"#))
        );
    }
}

#[test]
fn a_value_that_dynamodb_does_not_know_is_refused() {
    for typed in [
        json!({"N": "much"}),
        json!({"N": " 1"}),
        json!({"N": "[1]"}),
        json!({"NS": ["1", "x"]}),
        json!({"NULL": false}),
        json!({"X": "1"}),
        json!({"S": "a", "N": "1"}),
        json!({}),
        json!("bare"),
        json!(null),
    ] {
        let event = dynamodb("INSERT", json!({"NewImage": {"v": typed}}));
        let form = "the event, or a record of it, does not have the form of DynamoDB";
        assert_eq!(refusal(&event), form, "{typed}");
    }
    let message = "`eventName` is `TRUNCATE`, expected `INSERT`, `MODIFY` or `REMOVE`";
    assert_eq!(refusal(&dynamodb("TRUNCATE", json!({}))), message);
}

fn documentdb(operation: &str, changes: Value) -> Value {
    let change = json!({"operationType": operation, "ns": {"db": "shop", "coll": "orders"}});
    json!({"eventSource": "aws:docdb", "events": [{"event": with(change, changes)}]})
}

#[test]
fn a_document_s_images_stay_extended_json() {
    let before = json!({"fullDocumentBeforeChange": {"n": {"$numberLong": "1"}}});
    let update = change(&documentdb(
        "update",
        with(before, json!({"fullDocument": {"n": 2}})),
    ));
    assert_eq!(
        (&*update.table, update.kind),
        ("shop.orders", ChangeKind::Update)
    );
    assert_eq!(
        text(update.before.as_ref()),
        Some(r#"{"n":{"$numberLong":"1"}}"#)
    );
    assert_eq!(text(update.after.as_ref()), Some(r#"{"n":2}"#));
    let delete = change(&documentdb(
        "delete",
        json!({"documentKey": {"_id": 1}, "fullDocument": null}),
    ));
    assert_eq!(delete.kind, ChangeKind::Delete);
    assert_eq!(text(delete.key.as_ref()), Some(r#"{"_id":1}"#));
    assert!(delete.after.is_none());
    assert_eq!(
        change(&documentdb("replace", json!({}))).kind,
        ChangeKind::Update
    );
}

#[test]
fn what_is_no_change_of_a_document_is_left_out() {
    for operation in ["drop", "rename", "dropDatabase", "invalidate"] {
        let event = documentdb(operation, json!({"ns": null}));
        let super::Incoming::Whole(arrivals) = incoming(&event) else {
            panic!("a whole batch");
        };
        assert!(arrivals.is_empty(), "{operation}");
    }
    let message = "`event.ns` is missing, expected a database and a collection";
    assert_eq!(refusal(&documentdb("insert", json!({"ns": null}))), message);
}

//! Events that no front end writes, and what is said of them.

use std::error::Error as _;

use bytes::Bytes;
use serde_json::{Value, json};

use super::decode;

#[track_caller]
fn check(event: &Value, message: &str) {
    assert_eq!(decode(event).unwrap_err().to_string(), message);
}

fn v2(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({"rawPath": "/", "requestContext": {"http": {"method": "GET"}}});
    change(&mut event);
    event
}

#[test]
fn broken_json_is_said_to_be_broken_where_it_is() {
    let message = "event cannot be read as JSON past byte 8, expected `,` or `}`";
    let error = super::event(&Bytes::from_static(b"{\"a\": 1 2}"));
    assert_eq!(error.unwrap_err().to_string(), message);
}

#[test]
fn a_missing_part_is_named() {
    check(
        &v2(|event| event["rawPath"] = Value::Null),
        "`rawPath` is missing, expected a path",
    );
    check(
        &v2(|event| event["requestContext"]["http"] = json!({})),
        "`requestContext.http.method` is missing, expected an HTTP method",
    );
    check(
        &json!({"requestContext": {"elb": {}}, "path": "/"}),
        "`httpMethod` is missing, expected an HTTP method",
    );
    check(
        &json!({"requestContext": {"connectionId": "a", "eventType": "CONNECT"}}),
        "`requestContext.routeKey` is missing, expected a route key",
    );
}

#[test]
fn a_part_of_another_form_is_named() {
    check(
        &v2(|event| event["body"] = json!({"a": 1})),
        "`body` is an object, expected text",
    );
    check(
        &v2(|event| event["headers"] = json!([])),
        "`headers` is an array, expected an object",
    );
    check(
        &v2(|event| event["isBase64Encoded"] = json!("yes")),
        "`isBase64Encoded` is text, expected true or false",
    );
    check(
        &v2(|event| event["rawPath"] = json!(1)),
        "`rawPath` is a number, expected text",
    );
    check(
        &v2(|event| event["requestContext"]["http"] = json!("GET")),
        "`requestContext.http` is text, expected an object",
    );
}

#[test]
fn a_wrong_value_is_shown() {
    check(
        &v2(|event| event["requestContext"]["http"]["method"] = json!("G T")),
        "`requestContext.http.method` is `G T`, expected an HTTP method",
    );
    check(
        &json!({"requestContext": {"connectionId": "a", "eventType": "WAVE", "routeKey": "b"}}),
        "`requestContext.eventType` is `WAVE`, expected `CONNECT`, `MESSAGE` or `DISCONNECT`",
    );
    check(
        &json!({"version": "1.0", "method": "GET", "path": "/", "requestContext": {"serviceNetworkArn": "a"}}),
        "`version` is `1.0`, expected `2.0`, which the target group's Lambda event structure version V2 gives",
    );
}

#[test]
fn a_long_value_is_cut() {
    let long = "x y".repeat(10_000);
    let event = v2(|event| event["requestContext"]["http"]["method"] = json!(long));
    assert!(decode(&event).unwrap_err().to_string().len() < 200);
}

#[test]
fn a_body_that_is_not_base64_has_its_cause() {
    let event = v2(|event| {
        event["body"] = json!("a*b");
        event["isBase64Encoded"] = json!(true);
    });
    let error = decode(&event).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`body` is not base64, though `isBase64Encoded` is true"
    );
    assert!(error.source().is_some());
}

#[test]
fn a_target_that_no_server_would_take_is_refused() {
    let event = v2(|event| event["rawQueryString"] = json!("q".repeat(70_000)));
    check(
        &event,
        "path and query take 70002 bytes, expected at most 65534",
    );
    let event = v2(|event| event["rawPath"] = json!(format!("/{}", "é".repeat(20_000))));
    check(
        &event,
        "path and query take 120001 bytes, expected at most 65534",
    );
}

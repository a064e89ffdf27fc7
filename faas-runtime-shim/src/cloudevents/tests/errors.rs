//! What a refusal says, and what an event shows of itself.

use std::error::Error as _;

use bytes::Bytes;

use super::decode::{self, batch, structured};
use super::{CloudEvent, headers, receive};

#[track_caller]
fn check(members: &str, expected: &str) {
    let required = r#"{"specversion":"1.0","id":"1","source":"/a""#;
    let refused = structured(Bytes::from(format!("{required}{members}}}"))).unwrap_err();
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn a_refusal_says_what_was_found_and_expected() {
    check(
        "",
        "required attribute `type` is missing, expected the header `ce-type` or, in JSON, the member `type`",
    );
    check(
        r#","type":"""#,
        "attribute `type` is empty, expected some text",
    );
    check(
        r#","time":"now""#,
        "attribute `time` is `now`, expected a time in the form of RFC 3339, such as `2026-11-21T12:03:04Z`",
    );
    check(
        r#","ext":"a\u001b[2J""#,
        "attribute `ext` is `a\u{fffd}[2J`, expected text without control characters and noncharacters",
    );
    check(
        r#","Key":"x""#,
        "`Key` cannot be the name of an extension, expected letters from `a` to `z` and digits",
    );
    check(
        r#","ext":{}"#,
        "member `ext` is an object, expected a string, a boolean or an integer of 32 bits",
    );
    check(r#","id":"2""#, "`id` comes twice, expected it once at most");
    check(
        r#","type":"t","data":1,"data_base64":"""#,
        "members `data` and `data_base64` are both there, expected one of them at most",
    );
    check(
        r#","type":"t","data_base64":"*""#,
        "member `data_base64` is not base64",
    );
    check("x", "the text is not that of CloudEvents in JSON");
}

#[test]
fn the_cause_is_told_once() {
    let refused = batch(Bytes::from("[1]")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "event 0 of the batch cannot be read, counted from 0"
    );
    let item = refused.source().unwrap();
    assert_eq!(
        item.to_string(),
        "the text is not that of CloudEvents in JSON"
    );
    let cause = item.source().unwrap().to_string();
    assert!(cause.contains("expected an object"), "{cause}");
    assert!(item.source().unwrap().source().is_none());
}

#[test]
fn a_batch_has_an_end() {
    let events = |count| {
        let event = r#"{"specversion":"1.0","id":"1","source":"/a","type":"t"}"#;
        Bytes::from(format!("[{}]", vec![event; count].join(",")))
    };
    assert_eq!(batch(events(10_000)).unwrap().len(), 10_000);
    let refused = batch(events(10_001)).unwrap_err();
    assert_eq!(refused.status(), 413);
    assert_eq!(
        refused.to_string(),
        "the batch has more than 10000 events, expected several batches"
    );
}

#[test]
fn extensions_have_an_end() {
    let event = |count: usize| {
        let extensions: String = (0..count)
            .map(|index| format!(r#","x{index}":"v""#))
            .collect();
        Bytes::from(format!(
            r#"{{"specversion":"1.0","id":"1","source":"/a","type":"t"{extensions}}}"#
        ))
    };
    assert_eq!(structured(event(256)).unwrap().extensions.len(), 256);
    let refused = structured(event(257)).unwrap_err();
    assert_eq!(refused.status(), 400);
    assert_eq!(
        refused.to_string(),
        "the event has more than 256 extension attributes, expected most of them in its data"
    );
}

#[test]
fn headers_are_told_too() {
    let refused = decode::mode(&headers([("content-type", "application/cloudevents+avro")]));
    assert_eq!(
        refused.unwrap_err().to_string(),
        "content type `application/cloudevents+avro` is no format of CloudEvents that is understood here, expected \
         `application/cloudevents+json`, `application/cloudevents-batch+json`, or attributes in `ce-` headers"
    );
    let refused = receive(
        &headers([("ce-specversion", "1.0"), ("ce-id", "%FF")]),
        Bytes::new(),
    );
    assert_eq!(
        refused.unwrap_err().to_string(),
        "header `ce-id` is `%FF`, expected percent-encoded UTF-8"
    );
}

#[test]
fn a_long_value_is_not_repeated_at_length() {
    let text = format!(r#"{{"time":"{}"}}"#, "x".repeat(100_000));
    let refused = structured(text.into()).unwrap_err();
    assert!(refused.to_string().len() < 300);
}

#[test]
fn debug_shows_attributes_and_how_much_data_there_is() {
    let mut event = CloudEvent::new("1", "/a", "t");
    event.extensions.insert("x".into(), "y".into());
    event.data = Some("secret".into());
    assert_eq!(
        format!("{event:?}"),
        r#"{"specversion": "1.0", "id": "1", "source": "/a", "type": "t", "x": "y", "data": "6 bytes"}"#
    );
}

#[test]
fn only_duplicates_share_their_key() {
    let key = |source, id| CloudEvent::new(id, source, "t").idempotency_key();
    assert_eq!(key("/a", "1"), key("/a", "1"));
    assert_eq!(key("/a", "1"), "2:/a:1");
    assert_ne!(key("/a:b", "1"), key("/a", "b:1"));
    assert_ne!(key("a:1", ":a"), key("a", "1::a"));
}

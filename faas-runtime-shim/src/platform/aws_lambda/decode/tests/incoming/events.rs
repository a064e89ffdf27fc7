//! Timers and events.

use serde_json::{Value, json};

use super::{at, one, refusal, with};
use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Input, Tick};

fn scheduled(changes: Value) -> Value {
    let event = json!({
        "id": "e1", "source": "aws.events", "detail-type": "Scheduled Event", "time": "2015-10-08T16:53:06Z",
        "resources": ["arn:aws:events:eu-west-1:1:rule/nightly"], "detail": {},
    });
    with(event, changes)
}

#[track_caller]
fn tick(event: &Value) -> Tick {
    match one(event).item.input {
        Input::Tick(tick) => *tick,
        other => panic!("no tick: {other:?}"),
    }
}

#[track_caller]
fn event(sent: &Value) -> CloudEvent {
    match one(sent).item.input {
        Input::Event(event) => *event,
        other => panic!("no event: {other:?}"),
    }
}

#[test]
fn a_timer_s_name_is_the_last_part_of_its_resource() {
    for (resources, name) in [
        (
            json!(["arn:aws:events:eu-west-1:1:rule/nightly"]),
            Some("nightly"),
        ),
        (
            json!(["arn:aws:events:eu-west-1:1:rule/bus/nightly"]),
            Some("nightly"),
        ),
        (
            json!(["arn:aws:scheduler:eu-west-1:1:schedule/default/nightly"]),
            Some("nightly"),
        ),
        (json!([]), None),
        (json!([""]), None),
        (json!(null), None),
    ] {
        let event = scheduled(json!({"resources": resources}));
        let arrival = one(&event);
        assert_eq!(arrival.address, Address::Timer(name.map(Into::into)));
        assert_eq!(&*tick(&event).timer, name.unwrap_or_default());
    }
}

#[test]
fn what_a_schedule_sends_along_may_be_json_in_a_text() {
    for (detail, body, media_type) in [
        (json!({"a": 1}), r#"{"a":1}"#, "application/json"),
        (json!("{}"), "{}", "application/json"),
        (json!("{\"a\": 1}"), "{\"a\": 1}", "application/json"),
        (json!("hello"), "hello", "text/plain"),
        (json!(null), "null", "application/json"),
        (json!([1]), "[1]", "application/json"),
    ] {
        let source = json!({"source": "aws.scheduler", "detail": detail});
        let payload = tick(&scheduled(source)).payload;
        assert_eq!(
            (&*payload.body, payload.media_type.as_deref()),
            (body.as_bytes(), Some(media_type))
        );
    }
}

#[test]
fn a_tick_is_due_at_its_time() {
    assert_eq!(
        Some(tick(&scheduled(json!({}))).due),
        at("2015-10-08T16:53:06Z")
    );
    let message = "`time` is `yesterday`, expected a time in the form of RFC 3339";
    assert_eq!(refusal(&scheduled(json!({"time": "yesterday"}))), message);
}

#[test]
fn an_event_of_the_bus_that_is_not_its_clock_s_is_an_event() {
    let sent =
        scheduled(json!({"detail-type": "Rule Disabled", "resources": null, "detail": "text"}));
    let event = event(&sent);
    assert_eq!(
        (&*event.kind, &*event.source, event.subject),
        ("Rule Disabled", "aws.events", None)
    );
    assert_eq!(event.data.as_deref(), Some(&b"\"text\""[..]));
}

#[test]
fn an_event_that_cannot_be_named_is_refused() {
    let message = "the event makes no CloudEvent";
    assert_eq!(
        refusal(&scheduled(json!({"detail-type": "a", "id": ""}))),
        message
    );
    assert_eq!(
        refusal(&scheduled(json!({"detail-type": "a", "time": "yesterday"}))),
        message
    );
}

#[test]
fn a_cloud_event_has_its_trace() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let sent = json!({
        "specversion": "1.0", "id": "1", "source": "/shop", "type": "order.paid", "traceparent": parent,
    });
    let arrival = one(&sent);
    assert_eq!(
        arrival.item.trace.unwrap().traceparent().to_string(),
        parent
    );
    assert_eq!(arrival.item.idempotency_key.as_deref(), Some("5:/shop:1"));
}

#[test]
fn mails_and_commits_are_events_too() {
    let mail = json!({"Records": [{"eventSource": "aws:ses", "ses": {
        "mail": {"messageId": "m1", "source": "ada@example.com", "timestamp": "1970-01-01T00:00:00.000Z"},
        "receipt": {},
    }}]});
    let mail = event(&mail);
    assert_eq!((&*mail.kind, &*mail.id), ("aws.ses", "m1"));
    assert_eq!(mail.subject.as_deref(), Some("ada@example.com"));

    // a bounce is from nobody
    for (source, timestamp) in [("", "1970-01-01T00:00:00Z"), ("a\tb", "yesterday")] {
        let odd = event(&json!({"Records": [{"eventSource": "aws:ses", "ses": {
            "mail": {"messageId": "m1", "source": source, "timestamp": timestamp},
        }}]}));
        assert_eq!((&*odd.id, odd.subject.as_deref()), ("m1", None));
        assert_eq!(odd.time.is_some(), source.is_empty());
    }

    let arn = "arn:aws:codecommit:eu-west-1:1:shop";
    for (time, kept) in [
        ("2016-01-01T23:59:59.000+0000", false),
        ("2016-01-01T23:59:59Z", true),
    ] {
        let commit = event(&json!({"Records": [{
            "eventSource": "aws:codecommit", "eventSourceARN": arn, "eventId": "c1", "eventTime": time,
            "codecommit": {"references": []},
        }]}));
        assert_eq!((&*commit.kind, &*commit.source), ("aws.codecommit", arn));
        assert_eq!(commit.time.is_some(), kept, "{time}");
    }
}

#[test]
fn a_result_tells_how_it_ended() {
    let result = event(&json!({
        "version": "1.0", "requestPayload": {},
        "requestContext": {"requestId": "r1", "functionArn": "arn", "condition": "Success"},
    }));
    assert_eq!(
        (&*result.kind, &*result.id, &*result.source),
        ("aws.lambda.result", "r1", "arn")
    );
    assert_eq!(result.subject.as_deref(), Some("Success"));
}

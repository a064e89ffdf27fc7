//! Answers beyond what the recorded events show.

use serde_json::{Value, json};

use super::{
    FailureKind, GIVEN, Input, PUBLISHED, Reply, answer_with, answered, application, configured,
    failure, failures, given, invoke, named, queue, queue_with, recorded, refused,
};
use crate::cloudevents::CloudEvent;

/// A batch of a standard queue, one record for each body.
fn batch(queue: &str, bodies: &[&str]) -> Value {
    let record = |(index, body): (usize, &&str)| {
        json!({
            "messageId": format!("m{index}"), "body": body, "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-1:1:{queue}"),
            "attributes": {"ApproximateReceiveCount": "1"},
        })
    };
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

#[test]
fn only_the_failed_are_told() {
    let application = application(&[queue("orders")]);
    let event = batch("orders", &["a", "retry", "b", "panic", "reject", "c"]);
    assert_eq!(
        failures(&answered(&application, &event)),
        ["m1", "m3", "m4"]
    );
    assert_eq!(given().len(), 6);
}

#[test]
fn what_is_rejected_is_done_once_it_is_a_dead_letter() {
    let application = application(&[queue_with("orders", Some("dead"))]);
    let event = batch("orders", &["a", "reject", "retry"]);
    assert_eq!(failures(&answered(&application, &event)), ["m2"]);
    let letters = PUBLISHED.take();
    let [letter] = letters.as_slice() else {
        panic!("one letter: {letters:?}");
    };
    assert_eq!(&*letter.payload.body, b"reject");
    assert_eq!(letter.attributes.get("faasid"), Some("m1"));
}

#[test]
fn a_record_of_an_unknown_queue_fails_beside_others() {
    let application = application(&[queue("orders")]);
    let mut event = batch("orders", &["a", "b"]);
    event["Records"][0]["eventSourceARN"] = json!("arn:aws:sqs:eu-west-1:1:others");
    assert_eq!(failures(&answered(&application, &event)), ["m0"]);
    assert_eq!(given().len(), 1);
}

#[test]
fn a_record_that_cannot_be_read_fails_alone() {
    let application = application(&[queue("orders")]);
    let mut event = batch("orders", &["a", "b", "c", "d"]);
    event["Records"][0]["attributes"]["ApproximateReceiveCount"] = json!("often");
    event["Records"][1]["messageAttributes"] = json!({"a": {"binaryValue": "***"}});
    event["Records"][2]["body"] = json!({"not": "text"});
    assert_eq!(
        failures(&answered(&application, &event)),
        ["m0", "m1", "m2"]
    );
    assert_eq!(given().len(), 1);
}

#[test]
fn what_cannot_be_read_is_told_beside_what_nobody_takes() {
    let application = application(&[queue("others")]);
    let mut event = batch("orders", &["a", "b"]);
    event["Records"][0]["body"] = json!(7);
    let (kind, message) = refused(&application, &event);
    assert_eq!(kind, "Runtime.InvalidEvent");
    let note = "; of 2 records 2 failed, the first is `m0`";
    assert!(message.ends_with(note), "{message}");
}

#[test]
fn a_batch_that_failed_wholly_is_an_error_whatever_the_mapping_reads() {
    let application = application(&[queue("orders")]);
    for (bodies, expected, message) in [
        (
            &["retry"][..],
            "Function.TestError",
            "asked to fail; of 1 records 1 failed, the first is `m0`",
        ),
        (
            &["reject", "retry", "panic"],
            "Function.TestError",
            "asked to fail; of 3 records 3 failed, the first is `m0`",
        ),
        (
            &["panic", "reject"],
            "Function.Panic",
            "asked to; of 2 records 2 failed, the first is `m0`",
        ),
    ] {
        let (kind, told) = refused(&application, &batch("orders", bodies));
        assert_eq!((&*kind, &*told), (expected, message));
    }
    let answer = answered(&application, &batch("orders", &["retry", "a"]));
    assert_eq!(failures(&answer), ["m0"]);
}

/// A recorded event with a second record, which its function rejects.
fn half_failing_kafka() -> Value {
    let mut event = recorded("kafka-msk.json");
    let records = event["records"]["mytopic-0"].as_array_mut().unwrap();
    let mut second = records[0].clone();
    second["offset"] = json!(16);
    second["value"] = json!("cmVqZWN0");
    records.push(second);
    event
}

#[test]
fn kafka_reads_names_only_where_it_is_said_to() {
    let event = half_failing_kafka();
    let told = "asked to fail; of 2 records 1 failed, the first is `mytopic-0/16`";
    for toml in ["", "[lambda]\nkafka_partial = false"] {
        let application = configured(&[queue("mytopic")], toml);
        let (kind, message) = refused(&application, &event);
        assert_eq!((&*kind, &*message), ("Function.TestError", told));
    }
    let application = configured(&[queue("mytopic")], "[lambda]\nkafka_partial = true");
    let answer = answered(&application, &event);
    assert_eq!(failures(&answer), ["mytopic-0@16"]);
}

#[test]
fn what_kafka_brings_is_done_once_its_rejects_are_dead_letters() {
    let application = application(&[queue_with("mytopic", Some("dead"))]);
    let answer = answered(&application, &half_failing_kafka());
    assert_eq!(failures(&answer), [""; 0]);
    assert_eq!(PUBLISHED.take().len(), 1);
}

#[test]
fn nothing_of_a_stream_is_handled_behind_what_cannot_be_read() {
    let application = application(&[queue("simple-stream")]);
    let mut event = recorded("kinesis.json");
    event["Records"][0]["kinesis"]["data"] = json!("***");
    let (kind, message) = refused(&application, &event);
    assert_eq!(kind, "Runtime.InvalidEvent");
    assert!(message.contains("of 2 records 2 failed"), "{message}");
    assert!(given().is_empty());
}

#[test]
fn a_record_without_an_id_fails_the_batch() {
    let application = application(&[queue("orders")]);
    for id in [Value::Null, json!(""), json!(7)] {
        let mut event = batch("orders", &["a", "b"]);
        event["Records"][1]["messageId"] = id;
        let (kind, message) = refused(&application, &event);
        assert_eq!(kind, "Runtime.InvalidEvent", "{message}");
        assert!(given().is_empty());
    }
}

#[test]
fn an_error_does_not_quote_all_that_was_read() {
    let application = application(&[queue("orders")]);
    let mut event = batch("orders", &["a"]);
    event["Records"][0]["messageId"] = json!(vec!["x".repeat(5_000); 3]);
    event["Records"][0]["eventSourceARN"] = json!({"y".repeat(5_000): 1});
    let (_, message) = refused(&application, &event);
    assert!(message.len() <= 1024, "{} bytes", message.len());
}

#[test]
fn the_first_failure_of_a_whole_batch_is_the_error() {
    let application = application(&[queue("testQueue")]);
    let mut event = recorded("activemq.json");
    let mut second = event["messages"][0].clone();
    second["data"] = json!("cmVqZWN0");
    event["messages"].as_array_mut().unwrap().push(second);
    let (kind, message) = refused(&application, &event);
    assert_eq!((&*kind, &*message), ("Function.TestError", "asked to fail"));
    assert_eq!(given().len(), 2);
}

fn paid() -> Value {
    json!({"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.paid", "data": {"a": 1}})
}

#[test]
fn an_event_s_answer_is_an_event() {
    answer_with(|_| {
        let mut event = CloudEvent::new("2", "/shipping", "order.shipped");
        event.time = Some("2026-11-21T12:03:04Z".to_owned());
        Ok(Reply::event(event))
    });
    let application = application(&[named("event", "order.paid")]);
    assert_eq!(
        answered(&application, &paid()),
        json!({
            "specversion": "1.0", "id": "2", "source": "/shipping", "type": "order.shipped",
            "time": "2026-11-21T12:03:04Z",
        })
    );
    let given = given();
    let [Input::Event(event)] = given.as_slice() else {
        panic!("one event: {given:?}");
    };
    assert_eq!(event.data.as_deref(), Some(&br#"{"a":1}"#[..]));
}

#[test]
fn what_an_event_leaves_open_is_filled_in() {
    answer_with(|_| Ok(Reply::event(CloudEvent::new("", "", "order.shipped"))));
    let application = application(&[named("event", "order.paid")]);
    let answer = answered(&application, &paid());
    assert_eq!(answer["source"], "on_event");
    assert_eq!(answer["id"].as_str().map(str::len), Some(32));
    let time = answer["time"].as_str().unwrap();
    assert!(crate::rfc3339::parse(time).is_some(), "{time}");
}

#[test]
fn an_answer_that_is_no_event_is_an_error() {
    answer_with(|_| Ok(Reply::event(CloudEvent::new("2", "/shipping", ""))));
    let application = application(&[named("event", "order.paid")]);
    let (kind, message) = refused(&application, &paid());
    assert_eq!(kind, "Function.InvalidEvent");
    assert!(message.contains("`type`"), "{message}");
}

#[test]
fn an_event_that_breaks_the_rules_is_refused() {
    let application = application(&[named("event", "order.paid")]);
    let event = json!({"specversion": "1.0", "source": "/shop", "type": "order.paid"});
    let (kind, message) = refused(&application, &event);
    assert_eq!(kind, "Runtime.InvalidEvent");
    assert!(message.contains("`id`"), "{message}");
}

#[test]
fn a_window_without_records_returns_its_state() {
    let application = application(&[queue("lambda-stream")]);
    let mut event = recorded("kinesis-window.json");
    event["Records"] = json!([]);
    event["isFinalInvokeForWindow"] = json!(true);
    let answer = answered(&application, &event);
    let expected = json!({"state": {"1": "state 1", "2": "state 2"}, "batchItemFailures": []});
    assert_eq!(answer, expected);
    event["state"] = Value::Null;
    assert_eq!(answered(&application, &event)["state"], json!({}));
}

#[test]
fn what_cloud_watch_only_asks_with_reaches_nobody() {
    use std::io::Write as _;

    use base64::Engine as _;

    let control = json!({
        "messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: checking"}],
    });
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(control.to_string().as_bytes()).unwrap();
    let data = base64::engine::general_purpose::STANDARD.encode(packed.finish().unwrap());
    let application = application(&[named("event", "aws.logs")]);
    let answer = answered(&application, &json!({"awslogs": {"data": data}}));
    assert_eq!(answer, Value::Null);
    assert!(given().is_empty());
}

#[test]
fn each_item_has_the_key_by_which_it_is_known_again() {
    let keys = || -> Vec<_> {
        let given = GIVEN.take().into_iter();
        given.map(|(_, key)| key.unwrap_or_default()).collect()
    };
    let sqs = application(&[queue("orders")]);
    answered(&sqs, &batch("orders", &["a", "b"]));
    assert_eq!(keys(), ["m0", "m1"]);
    // one of a direct invocation is the platform's id of it
    let direct = application(&[invoke("some")]);
    answered(&direct, &json!({}));
    assert!(!keys()[0].is_empty());
}

#[test]
fn a_failure_of_a_handler_counts_whatever_kind_it_is() {
    let application = application(&[named("event", "aws.lambda.result")]);
    let event = recorded("destination-on-failure.json");
    for (answer, kind) in [
        (
            (|_| Err(failure(FailureKind::Reject))) as fn(&Input) -> _,
            "Function.TestError",
        ),
        (|_| Err(failure(FailureKind::Panic)), "Function.Panic"),
        (|_| Err(failure(FailureKind::Deadline)), "Function.Timeout"),
        (|_| Err(failure(FailureKind::Overload)), "Function.Overload"),
    ] {
        answer_with(answer);
        assert_eq!(refused(&application, &event).0, kind);
    }
}

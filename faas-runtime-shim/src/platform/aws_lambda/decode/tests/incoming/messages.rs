//! Queues, topics and streams.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::super::incoming::read;
use super::super::super::source::Records;
use super::super::Source;
use super::{arrivals, at, delivery, incoming, one, records, refusal, with};
use crate::invocation::Input;

fn sqs(changes: Value) -> Value {
    let record = json!({
        "messageId": "m1", "body": "b", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:orders",
    });
    records("aws:sqs", with(record, changes))
}

#[test]
fn a_message_group_is_a_lane_in_a_fifo_queue_only() {
    let attributes = json!({"MessageGroupId": "g"});
    let arrival = one(&sqs(json!({"attributes": attributes})));
    assert_eq!(arrival.item.lane, None);
    let fifo = json!({
        "attributes": attributes, "eventSourceARN": "arn:aws:sqs:eu-west-1:1:orders.fifo",
    });
    let arrival = one(&sqs(fifo));
    assert_eq!(arrival.item.lane.as_deref(), Some("g"));
}

#[test]
fn the_sender_s_trace_comes_along() {
    let xray = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let arrival = one(&sqs(json!({"attributes": {"AWSTraceHeader": xray}})));
    assert_eq!(arrival.item.trace.unwrap().xray().to_string(), xray);
    let arrival = one(&sqs(json!({"attributes": {"AWSTraceHeader": "nonsense"}})));
    assert_eq!(arrival.item.trace, None);
}

#[test]
fn attributes_are_texts_or_bytes_and_one_may_be_the_media_type() {
    let delivery = delivery(&sqs(json!({"messageAttributes": {
        "Content-Type": {"dataType": "String", "stringValue": "application/cbor"},
        "count": {"dataType": "Number.int", "stringValue": "7"},
        "blob": {"dataType": "Binary", "binaryValue": "AP8="},
        "reserved": {"dataType": "String.Array", "stringListValues": ["a"]},
    }})));
    assert_eq!(delivery.media_type.as_deref(), Some("application/cbor"));
    assert_eq!(delivery.attributes.get("count"), Some("7"));
    let blob = delivery.attributes.get_bytes("blob").map(|blob| &**blob);
    assert_eq!(blob, Some(&[0, 255][..]));
    assert_eq!(delivery.attributes.get("reserved"), None);
}

#[test]
fn nothing_but_an_id_and_a_queue_is_needed() {
    let event = sqs(json!({"body": null, "attributes": null, "messageAttributes": null}));
    let delivery = delivery(&event);
    assert_eq!(
        (delivery.body, delivery.attempt, delivery.sent),
        (None, None, None)
    );
}

#[test]
fn a_body_without_escapes_is_not_copied() {
    let event = Bytes::from(sqs(json!({"body": "as it stands"})).to_string());
    let incoming = read(&Source::Records(Records::Sqs), &event)
        .unwrap()
        .unwrap();
    let Input::Delivery(delivery) = &arrivals(&incoming)[0].item.input else {
        panic!("a delivery");
    };
    let body = delivery.body.as_ref().unwrap();
    assert!(event.as_ptr_range().contains(&body.as_ptr()));

    let delivery = super::delivery(&sqs(json!({"body": "say \"hi\"\n\u{1}é"})));
    assert_eq!(
        delivery.body.as_deref(),
        Some("say \"hi\"\n\u{1}é".as_bytes())
    );
}

#[test]
fn what_sqs_never_writes_is_named() {
    let count = json!({"attributes": {"ApproximateReceiveCount": "x".repeat(500)}});
    let message = refusal(&sqs(count));
    let shown = "x".repeat(64);
    let expected = format!("`attributes.ApproximateReceiveCount` is `{shown}`, expected a number");
    assert_eq!(message, expected);
    let blob = json!({"messageAttributes": {"a": {"binaryValue": "***"}}});
    assert_eq!(
        refusal(&sqs(blob)),
        "`messageAttributes.binaryValue` is not base64"
    );
    let form = "the event, or a record of it, does not have the form of SQS";
    assert_eq!(refusal(&sqs(json!({"messageId": 7}))), form);
    assert_eq!(refusal(&sqs(json!({"body": [1]}))), form);
    let id = "`the id of a record` is missing, expected text by which its failure can be told";
    assert_eq!(refusal(&sqs(json!({"messageId": ""}))), id);
}

#[test]
fn a_topic_s_attributes_are_read() {
    let delivery = delivery(&json!({"Records": [{"EventSource": "aws:sns", "Sns": {
        "MessageId": "m1", "TopicArn": "arn:aws:sns:eu-west-1:1:orders", "Message": "{}", "Subject": null,
        "MessageAttributes": {
            "content-type": {"Type": "String", "Value": "application/json"},
            "list": {"Type": "String.Array", "Value": "[\"a\"]"},
            "blob": {"Type": "Binary", "Value": "AP8="},
        },
    }}]}));
    assert_eq!((&*delivery.queue, &*delivery.id), ("orders", "m1"));
    assert_eq!(delivery.media_type.as_deref(), Some("application/json"));
    assert_eq!(delivery.attributes.get("list"), Some("[\"a\"]"));
    let blob = delivery.attributes.get_bytes("blob").map(|blob| &**blob);
    assert_eq!(blob, Some(&[0, 255][..]));
    assert_eq!(delivery.attributes.get("Subject"), None);
}

fn kinesis(changes: Value, data: Value) -> Value {
    let data = with(json!({"sequenceNumber": "1", "data": "YQ"}), data);
    let arn = "arn:aws:kinesis:eu-west-1:1:stream/orders";
    let record = json!({"kinesis": data, "eventID": "shard-1:1", "eventSourceARN": arn});
    records("aws:kinesis", with(record, changes))
}

#[test]
fn a_stream_s_consumer_is_not_its_name() {
    let arn = "arn:aws:kinesis:eu-west-1:1:stream/orders/consumer/fast:1700000000";
    let delivery = delivery(&kinesis(json!({"eventSourceARN": arn}), json!({})));
    assert_eq!(&*delivery.queue, "orders");
    for arn in ["arn:aws:kinesis:eu-west-1:1:stream/", "stream/orders", ""] {
        let message = refusal(&kinesis(json!({"eventSourceARN": arn}), json!({})));
        let expected = format!("`eventSourceARN` is `{arn}`, expected the ARN of a stream");
        assert_eq!(message, expected);
    }
}

#[test]
fn without_a_shard_all_records_are_one_lane() {
    let arrival = one(&kinesis(json!({"eventID": null}), json!({})));
    assert_eq!(arrival.item.lane.as_deref(), Some(""));
    let arrival = one(&kinesis(json!({}), json!({})));
    assert_eq!(arrival.item.lane.as_deref(), Some("shard-1"));
}

#[test]
fn seconds_may_be_written_in_any_way() {
    for (seconds, expected) in [
        (json!(1_545_084_650), at("2018-12-17T22:10:50Z")),
        (json!(1_545_084_650.987), at("2018-12-17T22:10:50.987Z")),
        (json!(1.545_084_650_987e9), at("2018-12-17T22:10:50.987Z")),
        (json!(-1), None),
        (json!(1e300), None),
        (Value::Null, None),
    ] {
        let event = kinesis(json!({}), json!({"approximateArrivalTimestamp": seconds}));
        assert_eq!(delivery(&event).sent, expected, "{seconds}");
    }
}

fn kafka(changes: Value) -> Value {
    let record = json!({"topic": "orders", "partition": 0, "offset": 7});
    json!({"eventSource": "aws:kafka", "records": {"orders-0": [with(record, changes)]}})
}

#[test]
fn keys_and_values_may_be_missing_or_null() {
    for nothing in [
        json!({}),
        json!({"key": null, "value": null, "headers": null}),
    ] {
        let delivery = delivery(&kafka(nothing));
        assert_eq!(
            (delivery.key, delivery.body, delivery.sent),
            (None, None, None)
        );
    }
    let delivery = delivery(&kafka(json!({"key": "", "value": "", "timestamp": -1})));
    assert_eq!(
        (delivery.key.as_deref(), delivery.body.as_deref()),
        (Some(&[][..]), Some(&[][..]))
    );
    assert_eq!(delivery.sent, None);
}

#[test]
fn header_bytes_may_be_signed_or_not_and_names_may_repeat() {
    let headers =
        json!([{"a": [-128, -1, 0, 127]}, {"a": [128, 255]}, {"content-type": [97]}, {"none": []}]);
    let delivery = delivery(&kafka(json!({"headers": headers})));
    let all: Vec<_> = delivery
        .attributes
        .iter()
        .map(|(name, value)| (name, &**value))
        .collect();
    let expected: [(&str, &[u8]); 4] = [
        ("a", &[128, 255, 0, 127]),
        ("a", &[128, 255]),
        ("content-type", b"a"),
        ("none", &[]),
    ];
    assert_eq!(all, expected);
    assert_eq!(delivery.media_type.as_deref(), Some("a"));
    for byte in [256, -129, 70_000] {
        let form = "the event, or a record of it, does not have the form of Kafka";
        assert_eq!(refusal(&kafka(json!({"headers": [{"a": [byte]}]}))), form);
    }
}

#[test]
fn each_partition_is_a_lane_and_one_unreadable_record_stops_its_own() {
    let record =
        |offset: u8, value: &str| json!({"topic": "orders", "offset": offset, "value": value});
    let event = json!({"eventSource": "SelfManagedKafka", "records": {
        "orders-0": [record(1, "YQ=="), record(2, "***"), record(3, "YQ==")],
        "orders-1": [record(1, "YQ==")],
    }});
    let super::Incoming::Batch(batch) = incoming(&event) else {
        panic!("a batch");
    };
    let records = batch.records.iter();
    let lanes = records.map(|record| {
        record
            .arrival
            .as_ref()
            .map(|it| it.item.lane.as_deref())
            .ok()
    });
    let lanes: Vec<_> = lanes.collect();
    assert_eq!(
        lanes,
        [Some(Some("orders-0")), None, None, Some(Some("orders-1"))]
    );
    let behind = batch.records[2].arrival.as_ref().unwrap_err().to_string();
    assert!(behind.starts_with("record `orders-0/2` stands"), "{behind}");
}

fn rabbit(queue: &str, changes: Value) -> Value {
    let message = with(json!({"data": "YQ==", "redelivered": false}), changes);
    json!({"eventSource": "aws:rmq", "rmqMessagesByQueue": {queue: [message]}})
}

#[test]
fn a_queue_s_virtual_host_is_not_its_name() {
    for (name, queue) in [
        ("a::/", "a"),
        ("a::b::/vhost", "a::b"),
        ("a", "a"),
        ("::/", ""),
    ] {
        assert_eq!(&*delivery(&rabbit(name, json!({}))).queue, queue, "{name}");
    }
}

#[test]
fn a_message_that_came_before_has_no_attempt() {
    let attempt = |event| delivery(&event).attempt;
    assert_eq!(attempt(rabbit("a::/", json!({}))), Some(1));
    assert_eq!(attempt(rabbit("a::/", json!({"redelivered": true}))), None);
}

#[test]
fn rabbit_s_headers_have_many_types() {
    let headers = json!({
        "long": {"bytes": [104, -61, -85]}, "text": "say \"hi\"", "number": 1.50, "flag": true, "nothing": null,
        "table": {"a": {"bytes": "x"}}, "list": [1, 2],
    });
    let properties =
        json!({"headers": headers, "correlationId": "c", "replyTo": "", "messageId": "m1"});
    let delivery = delivery(&rabbit("a::/", json!({"basicProperties": properties})));
    let get = |name| delivery.attributes.get(name);
    assert_eq!(get("long"), Some("hë"));
    assert_eq!(get("text"), Some("say \"hi\""));
    assert_eq!(get("number"), Some("1.5"));
    assert_eq!(get("flag"), Some("true"));
    assert_eq!(get("nothing"), None);
    assert_eq!(get("table"), Some(r#"{"a":{"bytes":"x"}}"#));
    assert_eq!(get("list"), Some("[1,2]"));
    assert_eq!(get("correlationId"), Some("c"));
    assert_eq!(get("replyTo"), None);
    assert_eq!(delivery.idempotency_key.as_deref(), Some("m1"));
}

#[test]
fn active_mq_s_word_for_nothing_is_nothing() {
    let message = |changes| {
        let message =
            json!({"messageID": "m1", "destination": {"physicalName": "orders"}, "data": "YQ=="});
        json!({"eventSource": "aws:mq", "messages": [with(message, changes)]})
    };
    let delivery = delivery(&message(
        json!({"replyTo": "null", "correlationID": "", "type": "t"}),
    ));
    let names: Vec<_> = delivery.attributes.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["type"]);
    assert_eq!(delivery.body.as_deref(), Some(&b"a"[..]));
}

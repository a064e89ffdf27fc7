//! What a store says inside of messages, when no function is bound to their queue.

use serde_json::{Value, json};

use super::{
    Input, answered, application, failures, given, invoke, object, queue, recorded, refused,
};

fn keys() -> Vec<String> {
    let key = |input| match input {
        Input::Object(object) => object.key,
        other => panic!("no object: {other:?}"),
    };
    given().into_iter().map(key).collect()
}

fn sqs(body: &Value) -> Value {
    let mut event = recorded("sqs-s3-notification.json");
    event["Records"][0]["body"] = body.to_string().into();
    event
}

#[test]
fn the_bucket_s_function_gets_it() {
    let application = application(&[object("xxx", ""), invoke("other")]);
    let answer = answered(&application, &recorded("sqs-s3-notification.json"));
    assert_eq!(failures(&answer), [""; 0]);
    assert_eq!(keys(), ["test.pdf"]);
}

#[test]
fn the_queue_s_function_comes_first() {
    let application = application(&[object("xxx", ""), queue("SQS")]);
    answered(&application, &recorded("sqs-s3-notification.json"));
    assert!(matches!(given().as_slice(), [Input::Delivery(_)]));
}

#[test]
fn one_failed_record_fails_its_message() {
    super::answer_with(|input| match input {
        Input::Object(object) if object.key == "b" => super::always_failing(input),
        _ => super::by_body(input),
    });
    let mut body: Value = serde_json::from_str(
        recorded("sqs-s3-notification.json")["Records"][0]["body"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    let mut second = body["Records"][0].clone();
    second["s3"]["object"]["key"] = json!("b");
    body["Records"].as_array_mut().unwrap().push(second);
    let application = application(&[object("xxx", "")]);
    let mut event = sqs(&body);
    let mut other = recorded("sqs-s3-notification.json")["Records"][0].take();
    other["messageId"] = json!("other");
    event["Records"].as_array_mut().unwrap().push(other);
    assert_eq!(
        failures(&answered(&application, &event)),
        ["ca3e7a89-c358-40e5-8aa0-5da01403c267"]
    );
    assert_eq!(keys(), ["test.pdf", "b", "test.pdf"]);
}

#[test]
fn what_the_function_does_not_ask_for_is_done() {
    let application = application(&[object("xxx", "in/")]);
    let answer = answered(&application, &recorded("sqs-s3-notification.json"));
    assert_eq!(failures(&answer), [""; 0]);
    assert!(given().is_empty());
}

#[test]
fn it_may_have_come_through_event_bridge_or_a_topic() {
    let through = application(&[object("example-bucket", "")]);
    let event = sqs(&recorded("s3-eventbridge-created.json"));
    assert_eq!(failures(&answered(&through, &event)), [""; 0]);
    assert_eq!(keys(), ["IMG_m7fzo3.jpg"]);

    let through = application(&[object("sourcebucket", "")]);
    let mut event = recorded("sns.json");
    event["Records"][0]["Sns"]["Message"] = recorded("s3-created.json").to_string().into();
    assert_eq!(answered(&through, &event), Value::Null);
    assert_eq!(keys(), ["Happy Face.jpg"]);
}

#[test]
fn the_test_that_it_begins_with_is_done() {
    let test = json!({
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z",
        "Bucket": "xxx", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3e",
    });
    let application = application(&[object("xxx", "")]);
    assert_eq!(failures(&answered(&application, &sqs(&test))), [""; 0]);
    assert!(given().is_empty());
}

#[test]
fn what_is_for_nobody_keeps_its_queue_s_name() {
    let application = application(&[object("another", "")]);
    let (kind, message) = refused(&application, &recorded("sqs-s3-notification.json"));
    assert_eq!(kind, "Runtime.UnroutableEvent");
    assert!(message.contains("`SQS`"), "{message}");
}

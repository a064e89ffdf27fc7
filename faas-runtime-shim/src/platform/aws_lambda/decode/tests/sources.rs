//! Sources by their discriminators, beyond what the recorded events show.

use serde_json::json;

use super::super::source::{EventSource, Records, Source};
use super::{Event, decode, request, source};

#[test]
fn a_direct_invocation_may_hold_anything() {
    for event in [
        json!(null),
        json!(true),
        json!(5),
        json!("text"),
        json!([1, 2]),
        json!({}),
        json!({"httpMethod": "GET", "path": 5, "headers": ["a"], "body": {"x": 1}, "isBase64Encoded": "no"}),
        json!({"requestContext": 5}),
        json!({"requestContext": {"http": null, "elb": null}}),
        json!({"Records": []}),
        json!({"Records": [{"id": 1}]}),
        json!({"Records": {"eventSource": "aws:sqs"}}),
        json!({"Records": [{"id": 1}], "window": {}, "shardId": "a"}),
        json!({"window": {}, "shardId": "a"}),
        json!({"eventSource": 1, "source": "a", "jobId": 1, "type": "REQUEST", "records": []}),
    ] {
        assert_eq!(source(&event), Source::Direct, "{event}");
    }
}

#[test]
fn an_unknown_event_source_is_named() {
    let event = json!({"Records": [{"EventSource": "aws:new"}, {"eventSource": "aws:sqs"}]});
    let new = Source::Records(Records::Unknown("aws:new".into()));
    assert_eq!(source(&event), new);
    let event = json!({"eventSource": "aws:new"});
    let new = Source::EventSource(EventSource::Unknown("aws:new".into()));
    assert_eq!(source(&event), new);
}

#[test]
fn the_sources_without_a_recorded_event() {
    for (event, expected) in [
        (
            json!({"Records": [{"eventSource": "aws:ses"}]}),
            Source::Records(Records::Ses),
        ),
        (
            json!({"Records": [{"eventSource": "aws:codecommit"}]}),
            Source::Records(Records::CodeCommit),
        ),
        (
            json!({"eventSource": "SelfManagedKafka"}),
            Source::EventSource(EventSource::SelfManagedKafka),
        ),
        (
            json!({"specversion": "1.0", "type": "a", "source": "b", "id": "c"}),
            Source::CloudEvent,
        ),
        (
            json!({"type": "TOKEN", "methodArn": "arn"}),
            Source::Authorizer,
        ),
        (
            json!({"triggerSource": "PreSignUp_SignUp"}),
            Source::Other("Cognito"),
        ),
        (
            json!({"RequestType": "Create", "ResponseURL": "https://a"}),
            Source::Other("CloudFormation"),
        ),
        (
            json!({"CodePipeline.job": {"id": "a"}}),
            Source::Other("CodePipeline"),
        ),
    ] {
        assert_eq!(source(&event), expected, "{event}");
    }
}

#[test]
fn an_authorizer_request_is_not_served_as_a_request() {
    let event = json!({
        "type": "REQUEST", "methodArn": "arn", "httpMethod": "POST", "path": "/orders",
        "requestContext": {"stage": "prod"},
    });
    assert_eq!(source(&event), Source::Authorizer);
    let event = json!({
        "version": "2.0", "type": "REQUEST", "routeArn": "arn", "rawPath": "/orders",
        "requestContext": {"http": {"method": "POST"}},
    });
    assert_eq!(source(&event), Source::Authorizer);
}

#[test]
fn the_first_test_that_fits_decides() {
    let event = json!({
        "Records": [{"eventSource": "aws:sqs"}], "eventSource": "aws:kafka", "detail-type": "a", "source": "b",
    });
    assert_eq!(source(&event), Source::Records(Records::Sqs));
    let event = json!({
        "requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/", "Records": [{"eventSource": "aws:sqs"}],
    });
    assert_eq!(request(&event).target, "/");
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let event = br#"{"body":"b","path":"/p","httpMethod":"PUT","requestContext":{"stage":"s"}}"#;
    let event = serde_json::from_slice(event).unwrap();
    assert!(matches!(decode(&event), Ok(Event::Http(_))));
}

#[test]
fn a_source_can_be_named_in_a_message() {
    for (event, text) in [
        (
            json!({"Records": [{"eventSource": "aws:sqs"}]}),
            "records of SQS",
        ),
        (
            json!({"eventSource": "SelfManagedKafka"}),
            "records of self-managed Kafka",
        ),
        (
            json!({"eventSource": "aws:new"}),
            "records of the unknown source `aws:new`",
        ),
        (json!({"triggerSource": "a"}), "an event of Cognito"),
        (json!(1), "a direct invocation"),
    ] {
        assert_eq!(source(&event).to_string(), text);
    }
}

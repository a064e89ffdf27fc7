//! Which function gets an event, and what happens to one that none takes: it is loud.

use serde_json::Value;

use super::api::{Event, Request};
use super::events::{fixture, recorded};
use super::probe::Probe;

#[track_caller]
fn refused(answer: &Request, kind: &str, parts: &[&str]) {
    let (_, end) = answer.invocation().unwrap();
    assert_eq!(end, "error", "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("lambda-runtime-function-error-type"), kind);
    let document = answer.json();
    assert_eq!(document["errorType"], kind);
    let message = document["errorMessage"].as_str().unwrap();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in `{message}`");
    }
}

#[test]
fn an_event_of_a_source_without_a_function_is_loud() {
    let probe = Probe::of("hello");
    let triggers = ["queue", "object", "binlog", "timer", "event"];
    let mut count = 0;
    for (name, _) in triggers.into_iter().flat_map(recorded) {
        let answer = probe.answer(Event::new(fixture(&name).to_string()));
        refused(
            &answer,
            "Runtime.UnroutableEvent",
            &["no function takes", "hello (http)"],
        );
        let document = answer.json();
        let message = document["errorMessage"].as_str().unwrap();
        // how much of a batch has failed is the platform's to know
        let own = message.split("; of ").next().unwrap_or(message);
        probe.logs(&own.replace('"', "\\\""));
        count += 1;
    }
    assert!(
        count > 20,
        "the table of recorded events has only {count} of other triggers"
    );
    probe.serves();
}

#[test]
fn an_unknown_source_is_named() {
    let probe = Probe::start(&[]);
    let cases = [
        r#"{"Records":[{"eventSource":"aws:nope"}]}"#,
        r#"{"eventSource":"aws:nope"}"#,
    ];
    for event in cases {
        let answer = probe.answer(Event::new(event));
        refused(&answer, "Runtime.UnroutableEvent", &["`aws:nope`"]);
    }
    // several `invoke` functions could take what names no source, so none does
    let answer = probe.answer(Event::new(r#"{"a":2,"b":3}"#));
    refused(&answer, "Runtime.UnroutableEvent", &["FAAS_FUNCTION"]);
    probe.serves();
}

#[test]
fn an_event_that_cannot_be_decoded_says_where() {
    let probe = Probe::start(&[]);
    let cases = [
        ("", "expected"),
        (r#"{"a":"#, "byte 5"),
        ("not json", "byte 0"),
        (
            r#"{"requestContext":{"http":{"method":"GET"}},"rawPath":7}"#,
            "`rawPath` is a number",
        ),
        (
            r#"{"requestContext":{"http":{"method":"G T"}},"rawPath":"/"}"#,
            "`requestContext.http.method` is `G T`",
        ),
        (
            r#"{"requestContext":{"elb":{}},"path":"/"}"#,
            "`httpMethod` is missing",
        ),
        (
            r#"{"requestContext":{"http":{"method":"POST"}},"rawPath":"/echo","isBase64Encoded":true,"body":"***"}"#,
            "`body` is not base64",
        ),
    ];
    for (event, part) in cases {
        let answer = probe.answer(Event::new(event));
        refused(&answer, "Runtime.InvalidEvent", &[part]);
    }
    probe.serves();
}

#[test]
fn a_selected_invoke_function_takes_whatever_comes() {
    let probe = Probe::of("mirror");
    let http = recorded("http").into_iter().take(2);
    let queues = recorded("queue").into_iter().take(2);
    for (name, _) in http.chain(queues) {
        let event = fixture(&name).to_string();
        let answer = probe.answer(Event::new(event.clone()));
        let answered: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answered, fixture(&name), "{name}");
    }
}

#[test]
fn the_only_invoke_function_takes_what_names_no_source() {
    let probe = Probe::of("sum,hello");
    let answer = probe.answer(Event::new(r#"{"a":2,"b":3}"#));
    assert_eq!(answer.body, br#"{"sum":5}"#);
    probe.serves();
    // a source that is named is no payload of a caller
    let answer = probe.answer(Event::new(fixture("sqs-standard.json").to_string()));
    refused(&answer, "Runtime.UnroutableEvent", &["`SQSQueue`"]);
}

#[test]
fn the_platforms_selector_counts_only_where_it_names_a_function() {
    let sum = [("_HANDLER", "sum")];
    let tool = [("_HANDLER", "bootstrap"), ("AWS_LAMBDA_LOG_LEVEL", "DEBUG")];
    let ours = [("_HANDLER", "explode"), ("FAAS_FUNCTION", "sum")];
    for env in [&sum[..], &ours[..]] {
        let probe = Probe::start(env);
        let answer = probe.answer(Event::new(r#"{"a":2,"b":3}"#));
        assert_eq!(answer.body, br#"{"sum":5}"#, "{env:?}");
    }
    let probe = Probe::start(&tool);
    probe.serves();
    probe.logs("`_HANDLER` names no function: all functions are served");
}

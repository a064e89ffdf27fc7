//! `POST /invoke/{function}`: an invocation by hand, and what comes of it.

use crate::process::{probe, specimen};
use crate::wire::{Connection, chunked};

#[test]
fn a_body_goes_in_and_an_answer_comes_out() {
    let process = specimen().start();
    let answer = process.invoke("sum", r#"{"a": 1, "b": 2}"#);
    assert_eq!((answer.status, answer.text()), (200, r#"{"sum":3}"#));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(process.count("sum", "success"), 1);
}

#[test]
fn a_large_answer_comes_whole() {
    let process = probe().start();
    let answer = process.invoke("large", r#"{"bytes": 5000000}"#);
    assert_eq!(answer.body.len(), 5_000_000);
}

/// Whoever calls by hand runs the service, so the text is shown, also of a server error.
#[test]
fn each_failure_has_its_status_and_its_text() {
    let process = specimen().start();
    for (function, payload, status, told) in [
        ("event_retry", "null", 500, "the exchange is closed"),
        ("event_retry_after", "null", 503, "busy"),
        ("event_reject", "null", 422, "no such pen"),
        ("event_panic", "null", 500, "asked to panic"),
        ("brief_event", "null", 504, "100ms"),
        ("sum", r#"{"a": 1, "b": "two"}"#, 422, "`b`"),
        ("sum", "{", 422, "EOF"),
        ("sum", "", 422, "EOF"),
    ] {
        let answer = process.invoke(function, payload);
        let detail = answer.problem(status).unwrap();
        assert!(detail.contains(told), "{function}: {detail}");
    }
    for (function, outcome) in [
        ("event_retry", "retry"),
        ("event_retry_after", "retry_after"),
        ("event_reject", "reject"),
        ("event_panic", "panic"),
        ("brief_event", "deadline"),
    ] {
        assert_eq!(process.count(function, outcome), 1, "{function}");
    }
}

/// As on the main port: never less than what was asked for.
#[test]
fn a_delay_is_rounded_up_to_whole_seconds() {
    let process = specimen().start();
    let answer = process.invoke("event_retry_after", "null");
    assert_eq!(answer.header("retry-after"), Some("2"));
}

#[test]
fn a_function_that_does_not_exist_is_told_with_those_that_do() {
    let process = specimen().start();
    for name in ["summ", "", "sum/", "Sum"] {
        let detail = process.invoke(name, "null").problem(404).unwrap();
        assert!(
            detail.contains("sum") && detail.contains("event_retry"),
            "{detail}"
        );
    }
}

#[test]
fn a_route_is_not_invoked_by_hand() {
    let process = specimen().start();
    let detail = process.invoke("good", "null").problem(422).unwrap();
    assert!(detail.contains("HTTP"), "{detail}");
    assert_eq!(process.count("good", "success"), 0);
}

#[test]
fn bodies_have_their_limits_here_too() {
    let process = specimen().start();
    let mut connection = Connection::open(process.management);
    connection.request("POST /invoke/sum\ncontent-length: 40000000");
    connection.answer().problem(413);
    connection.is_closed();

    let mut connection = Connection::open(process.management);
    connection.request("POST /invoke/sum\ntransfer-encoding: chunked");
    let piece = "x".repeat(1_000_000);
    connection.send(chunked([&*piece; 34]).strip_suffix("0\r\n\r\n").unwrap());
    connection.answer().problem(413);
    connection.is_closed();
}

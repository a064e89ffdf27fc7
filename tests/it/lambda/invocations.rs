//! Plain invocations: payloads as they come, answers as they are, failures by the error channel.

use super::api::{Event, Request, in_ms};
use super::events::{HttpAnswer, get};
use super::probe::Probe;

/// A reply by the channel for results.
#[track_caller]
pub(super) fn replied(answer: &Request, body: impl AsRef<[u8]>) {
    let (_, end) = answer.invocation().unwrap();
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(end, "response", "{text}");
    assert_eq!(answer.body, body.as_ref(), "{text}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.status, 202);
}

/// A failure by the channel for errors: its type in the header, its name and message in the body.
#[track_caller]
pub(super) fn failed(answer: &Request, kind: &str, name: &str, message: &str) {
    let (_, end) = answer.invocation().unwrap();
    assert_eq!(end, "error", "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("lambda-runtime-function-error-type"), kind);
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert_eq!(document["errorType"], name);
    let found = document["errorMessage"].as_str().unwrap();
    assert!(found.contains(message), "`{message}` is not in `{found}`");
    assert!(document["stackTrace"].is_array());
}

#[test]
fn any_payload_goes_through_unchanged() {
    let probe = Probe::of("mirror");
    let long = format!("[\"{}\"]", "ü".repeat(20_000));
    let cases = [
        r#"{"a":1}"#,
        r#"{ "a" : 1 }"#,
        "[1,2,3]",
        "42",
        "-1.5e300",
        "null",
        "true",
        r#""text""#,
        r#""\u0000\ud83d\udc0e""#,
        "{}",
        "",
        long.as_str(),
    ];
    for payload in cases {
        replied(&probe.answer(Event::new(payload)), payload);
    }
}

#[test]
fn payloads_are_decoded_and_answers_written_as_json() {
    let probe = Probe::of("sum");
    replied(
        &probe.answer(Event::new(r#"{"a":2,"b":3}"#)),
        r#"{"sum":5}"#,
    );
    let cases = [
        (r#"{"a":2,"b":"three"}"#, "`b`: invalid type: string"),
        ("[]", "invalid length 0"),
        ("{}", "missing field `a`"),
        ("null", "invalid type: null"),
        ("", "EOF"),
        (r#"{"a":2"#, "EOF"),
    ];
    for (payload, message) in cases {
        let answer = probe.answer(Event::new(payload));
        failed(
            &answer,
            "Function.InvalidPayload",
            "InvalidPayload",
            message,
        );
    }
    replied(
        &probe.answer(Event::new(r#"{"a":-2,"b":2}"#)),
        r#"{"sum":0}"#,
    );
}

#[test]
fn a_text_is_answered_as_a_json_string() {
    let probe = Probe::of("needy");
    replied(&probe.answer(Event::new("{}")), r#""whole""#);
}

#[test]
fn a_handlers_error_keeps_its_name() {
    let probe = Probe::of("refuse");
    let payload = r#"{"a":1,"b":1}"#;
    for _ in 0..2 {
        let answer = probe.answer(Event::new(payload));
        failed(
            &answer,
            "Function.Refused",
            "Refused",
            "the probe was asked to refuse",
        );
    }
}

#[test]
fn a_panic_is_a_failure_and_the_process_serves_on() {
    let probe = Probe::of("explode");
    let pid = probe.pid();
    for _ in 0..3 {
        let answer = probe.answer(Event::new(r#"{"a":1,"b":1}"#));
        failed(
            &answer,
            "Function.Panic",
            "Panic",
            "the probe was asked to explode",
        );
    }
    assert_eq!(probe.pid(), pid);
    // one line of JSON each, not a trace over several
    let log = probe.stop();
    for line in log.lines().filter(|line| line.contains("asked to explode")) {
        assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
    }
}

#[test]
fn a_panic_in_http_and_then_success() {
    let probe = Probe::start(&[]);
    let first = HttpAnswer::of(&probe.answer(get("/context"))).json();
    assert_eq!(HttpAnswer::of(&probe.answer(get("/panic"))).status, 500);
    let second = HttpAnswer::of(&probe.answer(get("/context"))).json();
    assert_eq!(first["pid"], second["pid"]);
    assert_eq!(first["cold_start"], true);
    assert_eq!(second["cold_start"], false);
}

/// The platform kills the process at the deadline, so the answer has to be there before it. A stalled machine may miss
/// that; not three times in a row.
#[track_caller]
fn in_time(mut late: impl FnMut() -> bool) {
    let missed = (0..3).all(|_| late());
    assert!(!missed, "three answers came after the platform's deadline");
}

#[test]
fn an_invocation_that_takes_too_long_fails_before_the_deadline() {
    let probe = Probe::of("wait");
    in_time(|| {
        let event = Event::new("{}").header("Lambda-Runtime-Deadline-Ms", &in_ms(300).to_string());
        let answer = probe.answer(event.clone());
        failed(&answer, "Function.Timeout", "Timeout", "no answer within");
        event.is_late()
    });
}

#[test]
fn a_request_that_takes_too_long_is_answered_504_before_the_deadline() {
    let probe = Probe::start(&[]);
    for path in ["/wait", "/block"] {
        in_time(|| {
            let event = get(path).header("Lambda-Runtime-Deadline-Ms", &in_ms(300).to_string());
            let answer = HttpAnswer::of(&probe.answer(event.clone()));
            assert_eq!(answer.status, 504);
            assert_eq!(answer.text(), r#"{"title":"Gateway Timeout","status":504}"#);
            event.is_late()
        });
    }
    probe.serves();
}

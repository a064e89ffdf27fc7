//! What goes wrong in a handler: an answer in the protocol, a line in the log, and the process goes on.

use crate::log::message;
use crate::process::{eventually, specimen};

/// In the text of every failing handler of the specimen.
const CANARY: &str = "canary-of-an-error";

#[test]
fn server_errors_tell_the_client_nothing_and_the_log_everything() {
    let process = specimen().start();
    let mut connection = process.connect();
    for (path, function, status) in [
        ("/fail/panic", "fail_panic", 500),
        ("/fail/panic/sync", "fail_panic_sync", 500),
        ("/fail/retry", "fail_retry", 500),
        ("/fail/converted", "fail_converted", 500),
        ("/fail/status", "fail_status", 502),
        ("/fail/retry-after", "fail_retry_after", 503),
    ] {
        let answer = connection.get(path);
        answer.bare_problem(status);
        assert!(!format!("{answer:?}").contains(CANARY), "{answer:?}");
        let line = process.log.line(|line| line["faas.name"] == function);
        assert_eq!(line["level"], "ERROR");
        assert!(message(&line).contains(CANARY), "{line}");
        assert!(line["faas.invocation_id"].is_string(), "{line}");
    }
    assert_eq!(
        connection.get("/good").text(),
        "good",
        "on the same connection"
    );
}

#[test]
fn a_delay_is_rounded_up_to_whole_seconds() {
    let process = specimen().start();
    let answer = process.get("/fail/retry-after");
    assert_eq!(answer.header("retry-after"), Some("2"));
}

#[test]
fn the_client_s_own_errors_are_explained_and_not_logged() {
    let process = specimen().start();
    for (path, status, detail) in [
        ("/fail/reject", 400, "there is no such pen"),
        ("/fail/teapot", 418, "no coffee here"),
    ] {
        assert_eq!(process.get(path).problem(status).unwrap(), detail);
    }
    process.get("/note");
    process.log.message("noted by the specimen");
    let of_failures = |line: &serde_json::Value| {
        line["faas.name"]
            .as_str()
            .is_some_and(|name| name.starts_with("fail_"))
    };
    assert!(
        !process.log.values().iter().any(of_failures),
        "{}",
        process.log.text()
    );
}

#[test]
fn a_wrong_document_is_told_where() {
    let process = specimen().start();
    let mut connection = process.connect();
    for (media_type, body, status, told) in [
        (
            "application/json",
            r#"{"items":[{"price":1},{"price":"two"}]}"#,
            422,
            "items[1].price",
        ),
        ("application/json", r#"{"items":[{}]}"#, 422, "items[0]"),
        (
            "application/json",
            r#"{"items":[}"#,
            400,
            "line 1 column 11",
        ),
        ("application/json", "", 400, "EOF"),
        ("application/json", "\u{feff}{}", 400, "line 1 column 1"),
        ("text/plain", r#"{"items":[]}"#, 415, "application/json"),
    ] {
        let answer = connection.post("/total", media_type, body);
        let detail = answer.problem(status).unwrap();
        assert!(detail.contains(told), "{detail}");
    }
    let deep = "[".repeat(100_000);
    let answer = connection.post("/total", "application/json", deep);
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let right = r#"{"items":[{"price":1},{"price":2}]}"#;
    let answer = connection.post("/total", "application/json", right);
    assert_eq!(answer.text(), r#"{"total":3}"#);
}

/// A body that breaks off is not ended: a client would take it for whole.
#[test]
fn a_failure_in_the_body_breaks_it_off() {
    let process = specimen().start();
    for (path, function, outcome) in [
        ("/fail/panic/body/failure", "fail_panic_body", "panic"),
        ("/fail/body/failure", "fail_body", "retry"),
    ] {
        let mut connection = process.connect();
        assert_eq!(
            connection.request(&format!("GET {path}")).head().status,
            200
        );
        process.open("failure");
        let rest = connection.rest();
        assert_eq!(String::from_utf8_lossy(&rest), "5\r\nfirst\r\n");
        eventually("the outcome", || process.count(function, outcome) == 1);
        let line = process.log.line(|line| line["faas.name"] == function);
        assert!(message(&line).contains(CANARY), "{line}");
    }
    assert_eq!(process.get("/good").text(), "good");
}

#[test]
fn a_client_that_leaves_ends_the_invocation() {
    let process = specimen().start();
    let mut waiting = process.connect();
    waiting.request("GET /single/gone");
    process.await_waiting("gone", 1);
    drop(waiting);
    process.await_waiting("gone", 0);
    eventually("the outcome", || process.count("single", "cancelled") == 1);
    process.open("gone");
    assert_eq!(
        process.get("/single/gone").text(),
        "single",
        "the place is free"
    );
}

#[test]
fn a_client_that_leaves_in_the_body_ends_the_invocation() {
    let process = specimen().start();
    for round in 1..=3 {
        let mut streaming = process.connect();
        assert_eq!(
            streaming.request("GET /single-stream").head().status,
            200,
            "the place is free"
        );
        assert_eq!(streaming.chunk().as_deref(), Some(&b"first"[..]));
        process.get("/single-stream").bare_problem(503);
        drop(streaming);
        eventually("the outcome", || {
            process.count("single_stream", "cancelled") == round
        });
    }
}

#[test]
fn a_client_that_leaves_in_its_own_body() {
    let process = specimen().start();
    for framing in ["content-length: 10", "transfer-encoding: chunked"] {
        let mut connection = process.connect();
        connection
            .request(&format!("POST /echo\n{framing}"))
            .send("3\r\n");
        connection.finish();
        // the client may still read
        let rest = connection.rest();
        let text = String::from_utf8_lossy(&rest);
        assert!(
            text.is_empty() || text.starts_with("HTTP/1.1 400 "),
            "{text}"
        );
    }
    assert_eq!(process.get("/good").text(), "good");
}

/// Panics in great number, at once, on every thread.
#[test]
fn the_process_outlives_any_number_of_panics() {
    let process = specimen().start();
    let mut connections: Vec<_> = (0..50).map(|_| process.connect()).collect();
    for connection in &mut connections {
        connection.request("GET /fail/panic");
        connection.request("GET /fail/panic/sync");
    }
    for connection in &mut connections {
        connection.answer().bare_problem(500);
        connection.answer().bare_problem(500);
    }
    assert_eq!(process.count("fail_panic", "panic"), 50);
    assert_eq!(process.count("fail_panic_sync", "panic"), 50);
    assert_eq!(process.get("/good").text(), "good");
}

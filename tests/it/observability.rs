//! What an instance tells of its work: one JSON object a line, with the invocation that it belongs to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::log::message;
use crate::process::specimen;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

#[test]
fn a_handler_s_lines_carry_its_invocation() {
    let process = specimen().start();
    process.get("/note");
    let line = process.log.message("noted by the specimen");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["order"], 7);
    assert_eq!(line["faas.name"], "note");
    assert_eq!(line["faas.trigger"], "http");
    assert_eq!(line["faas.coldstart"], true);
    assert!(
        line["faas.invocation_id"].as_str().unwrap().len() >= 16,
        "{line}"
    );
    assert_eq!(line.get("trace_id"), None);
}

/// Another thread is no other invocation.
#[test]
fn a_sync_handler_s_lines_carry_it_too() {
    let process = specimen().start();
    process.get("/note/sync");
    let line = process.log.message("noted by a sync handler");
    assert_eq!(line["faas.name"], "note_sync");
    assert!(line["faas.invocation_id"].is_string(), "{line}");
}

#[test]
fn each_invocation_has_an_id_of_its_own() {
    let process = specimen().start();
    let mut connection = process.connect();
    for _ in 0..20 {
        assert_eq!(connection.get("/note").status, 200);
    }
    process.get("/note/sync");
    process.log.message("noted by a sync handler");
    let lines = process.log.values();
    let ids: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line["faas.invocation_id"].as_str())
        .collect();
    assert_eq!(ids.len(), 21);
    let cold = lines.iter().filter(|line| line["faas.coldstart"] == true);
    assert_eq!(
        cold.count(),
        1,
        "the first invocation of the instance, no other"
    );
}

#[test]
fn a_trace_of_the_caller_goes_on_in_the_lines() {
    let process = specimen().start();
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    process
        .connect()
        .request(&format!("GET /note\ntraceparent: {traceparent}"))
        .answer();
    let line = process.log.message("noted by the specimen");
    assert_eq!(line["trace_id"], TRACE);
    assert_eq!(line["span_id"], PARENT);
}

/// W3C Trace Context, section 3.2.2: anything else is no trace.
#[test]
fn a_trace_in_another_form_is_not_taken() {
    let process = specimen().start();
    let mut connection = process.connect();
    let wrong = [
        format!("00-{TRACE}-{PARENT}"),
        format!("00-{TRACE}-{PARENT}-1"),
        format!("00-{TRACE}-{PARENT}-01-more"),
        format!("ff-{TRACE}-{PARENT}-01"),
        format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
        format!("00-{}-{PARENT}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{}-{PARENT}-01", "g".repeat(32)),
        format!("{TRACE}-{PARENT}-01"),
        "\",\"trace_id\":\"forged".to_owned(),
    ];
    for traceparent in &wrong {
        let answer = connection
            .request(&format!("GET /note\ntraceparent: {traceparent}"))
            .answer();
        assert_eq!(answer.status, 200);
    }
    connection.get("/note/sync");
    process.log.message("noted by a sync handler");
    let traced = |line: &Value| line.get("trace_id").is_some() || line.get("span_id").is_some();
    assert!(
        !process.log.values().iter().any(traced),
        "{}",
        process.log.text()
    );
}

#[test]
fn a_panic_is_one_line() {
    for backtrace in ["0", "1"] {
        let process = specimen().set("RUST_BACKTRACE", backtrace).start();
        process.get("/fail/panic").bare_problem(500);
        process.get("/note");
        process.log.message("noted by the specimen");
        let lines = process.log.values();
        let told: Vec<_> = lines
            .iter()
            .filter(|line| line["faas.name"] == "fail_panic")
            .collect();
        let [line] = told[..] else {
            panic!("{told:?}");
        };
        assert_eq!(line["target"], "faas::panic");
        assert_eq!(message(line), "panicked: canary-of-an-error");
        let location = line["location"].as_str().unwrap();
        assert!(location.contains("specimen/failures.rs:"), "{location}");
        assert_eq!(line.get("backtrace").is_some(), backtrace == "1");
    }
}

/// What is in a request cannot end a line, start another, or pass for a field.
#[test]
fn no_client_writes_the_log() {
    let process = specimen().start();
    let paths = [
        "/nowhere%0A%22,%22forged%22:1",
        "/nowhere'\u{1b}",
        "/\u{2028}\",\"forged\":\"1",
    ];
    for path in paths {
        let answer = process.get(path);
        assert!([400, 404].contains(&answer.status), "{answer:?}");
    }
    process.get("/note");
    process.log.message("noted by the specimen");
    // each is an object, or this would fail
    let lines = process.log.values();
    assert!(
        lines.iter().any(|line| line["path"] == paths[0]),
        "{lines:?}"
    );
    assert!(
        lines.iter().all(|line| line.get("forged").is_none()),
        "{lines:?}"
    );
}

#[test]
fn the_filter_is_a_setting() {
    let process = specimen()
        .set("FAAS_LOG", "info,faas_specimen=warn")
        .start();
    process.get("/note");
    process.get("/fail/panic");
    process.log.line(|line| line["faas.name"] == "fail_panic");
    assert!(!process.log.text().contains("noted by the specimen"));
}

#[test]
fn a_deadline_is_told_as_the_invocation_s() {
    let process = specimen().start();
    process.get("/brief").bare_problem(504);
    let line = process.log.line(|line| line["faas.name"] == "brief");
    assert_eq!(line["level"], "WARN");
    assert!(message(&line).contains("100ms"), "{line}");
}

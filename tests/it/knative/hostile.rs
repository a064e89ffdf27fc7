//! Senders that are broken or mean it: an answer in the protocol, and the process goes on.

use super::{head, journal, knative, send};
use crate::process::Process;
use crate::wire::chunked;

fn small() -> Process {
    knative()
        .set("FAAS__HTTP__MAX_BODY", "1KiB")
        .start_on_platform()
}

#[track_caller]
fn goes_on(process: &Process) {
    let before = journal(process).len();
    assert_eq!(
        send(&mut process.connect(), "specimen.taken", "").status,
        204
    );
    assert_eq!(journal(process).len(), before + 1);
}

#[test]
fn a_body_past_the_limit_is_refused_for_good() {
    let process = small();
    for more in ["content-length: 1025", "content-length: 99999999999"] {
        let mut connection = process.connect();
        let answer = connection.request(&head("specimen.taken", more)).answer();
        assert_eq!(answer.status, 413, "{more}");
        connection.is_closed();
    }
    let mut connection = process.connect();
    let piece = "x".repeat(1025);
    let answer = connection
        .request(&head("specimen.taken", "transfer-encoding: chunked"))
        .send(chunked([&*piece]))
        .answer();
    assert_eq!(answer.status, 413);
    assert_eq!(journal(&process).len(), 0);
    goes_on(&process);
}

#[test]
fn a_body_that_breaks_off_runs_nothing() {
    let process = small();
    for more in ["content-length: 10", "transfer-encoding: chunked"] {
        let mut connection = process.connect();
        connection
            .request(&head("specimen.taken", more))
            .send("5\r\nab")
            .finish();
        let rest = connection.rest();
        let rest = String::from_utf8_lossy(&rest);
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 4"), "{rest}");
    }
    assert_eq!(journal(&process).len(), 0);
    goes_on(&process);
}

#[test]
fn a_body_that_stops_coming_is_given_up() {
    let process = knative()
        .set("FAAS__HTTP__BODY_TIMEOUT", "100ms")
        .start_on_platform();
    let mut connection = process.connect();
    let answer = connection
        .request(&head("specimen.taken", "content-length: 10"))
        .send("half")
        .answer();
    // the sender may try again
    assert_eq!(answer.status, 408, "{answer:?}");
    assert_eq!(journal(&process).len(), 0);
    goes_on(&process);
}

#[test]
fn what_is_no_event_is_refused_for_good() {
    let process = knative().start_on_platform();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let structured = "application/cloudevents+json";
    for (media_type, body, status) in [
        (structured, "", 400),
        (structured, "{", 400),
        (structured, &deep, 400),
        (structured, "\u{feff}{}", 400),
        (structured, r#"{"specversion":"1.0"}"#, 400),
        ("application/cloudevents-batch+json", &deep, 400),
        ("application/cloudevents-batch+json", "{}", 400),
        ("application/cloudevents+avro", "", 415),
        ("APPLICATION/CLOUDEVENTS+XML", "", 415),
    ] {
        let answer = process.connect().post("/", media_type, body);
        assert_eq!(answer.status, status, "{media_type}: {answer:?}");
        assert!(
            !answer.body.is_empty() && answer.body.len() <= 1024,
            "{media_type}"
        );
    }
    goes_on(&process);
}

#[test]
fn headers_that_lie_are_refused_for_good() {
    let process = knative().start_on_platform();
    for more in [
        "ce-id: 18",
        "ce-subject: %FF",
        "ce-time: yesterday",
        "ce-Bad-Name: x",
        "ce-specversion: 1.0",
        "ce-data: x",
        "content-type: application/cloudevents+json",
    ] {
        let answer = process
            .connect()
            .request(&head("specimen.taken", more))
            .answer();
        assert_eq!(answer.status, 400, "{more}: {answer:?}");
    }
    let answer = process
        .connect()
        .request(&head(
            "specimen.taken",
            &format!("ce-long: {}", "x".repeat(40_000)),
        ))
        .answer();
    assert_eq!(answer.status, 431);
    assert_eq!(journal(&process).len(), 0);
    goes_on(&process);
}

#[test]
fn a_sender_that_goes_away_ends_its_invocation() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    let more = "content-type: text/plain\ncontent-length: 4";
    connection
        .request(&head("specimen.held", more))
        .send("gone");
    super::await_waiting(&process, "gone", 1);
    drop(connection);
    super::await_waiting(&process, "gone", 0);
    goes_on(&process);
}

//! CloudEvents at the path that is set for them, and nowhere else; and published ones.

use crate::process::{Setup, specimen};
use crate::sink::Sink;
use crate::wire::{Answer, Connection};

fn taking() -> Setup {
    specimen().set("FAAS__EVENTS__PATH", "/events")
}

fn send(connection: &mut Connection, path: &str, kind: &str, more: &str) -> Answer {
    let head = format!(
        "POST {path}\nce-specversion: 1.0\nce-id: 1\nce-source: /test\nce-type: {kind}\n{more}"
    );
    connection.request(&head).answer()
}

#[test]
fn events_are_taken_at_their_path_alone() {
    let process = taking().start();
    let mut connection = process.connect();
    for (path, status) in [
        ("/events", 204),
        ("/events?any=thing", 204),
        ("/events/", 404),
        ("/", 404),
        ("/echo", 200),
    ] {
        let answer = send(&mut connection, path, "specimen.taken", "");
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    assert_eq!(process.count("take_event", "success"), 2);
    let line = process.log.line(|line| {
        line["message"]
            .to_string()
            .contains("CloudEvents at /events")
    });
    assert_eq!(line["level"], "INFO");
}

#[test]
fn no_path_takes_events_unless_one_is_set() {
    let process = specimen().start();
    let mut connection = process.connect();
    for path in ["/events", "/"] {
        let answer = send(&mut connection, path, "specimen.taken", "");
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[test]
fn what_comes_there_and_is_no_event_is_refused() {
    let process = taking().start();
    let mut connection = process.connect();
    let answer = connection.request("POST /events").answer();
    assert_eq!(answer.status, 415, "{answer:?}");
    assert!(answer.text().contains("expected CloudEvents"), "{answer:?}");
    // what is plainly no event is left to the routes, of which none has this path
    assert_eq!(connection.get("/events").status, 404);
}

#[test]
fn a_reply_is_an_event() {
    let process = taking().start();
    let more = "content-type: text/plain\ncontent-length: 2";
    let head = format!(
        "POST /events\nce-specversion: 1.0\nce-id: 1\nce-source: /test\nce-type: specimen.returned\n{more}"
    );
    let answer = process.connect().request(&head).send("hi").answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.text(), "hi");
    assert_eq!(answer.header("ce-type"), Some("specimen.return"));
    assert_eq!(answer.header("ce-subject"), Some("returned"));
    assert_eq!(answer.header("ce-source"), Some("return_event"));
}

/// The port is everybody's, and whoever sends may not know what broke inside.
#[test]
fn a_failure_tells_nothing_internal() {
    let process = taking().start();
    let mut connection = process.connect();
    for (kind, status) in [("retry", 500), ("retry-after", 503), ("panic", 500)] {
        let kind = format!("specimen.failed.{kind}");
        let answer = send(&mut connection, "/events", &kind, "");
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(
            answer.text().starts_with("`fail_event` failed: "),
            "{answer:?}"
        );
        assert!(!answer.text().contains("canary"), "{answer:?}");
    }
    let answer = send(&mut connection, "/events", "specimen.failed.reject", "");
    assert_eq!(
        (answer.status, answer.text()),
        (422, "there is no such pen")
    );
}

#[test]
fn a_message_goes_to_the_address_of_its_queue() {
    let sink = Sink::answering("202 Accepted");
    let process = specimen()
        .set("FAAS__QUEUES__SPECIMEN_OUTBOX__URL", &sink.url())
        .start();
    let answer = process.connect().post("/publish", "text/plain", "order 7");
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = sink.next();
    assert_eq!((&*received.line, &*received.body), ("POST /in", "order 7"));
    for (name, value) in [
        ("ce-id", "once"),
        ("ce-source", "faas#specimen-outbox"),
        ("ce-type", "dev.faas.queue.message"),
        ("ce-partitionkey", "customer%207"),
        ("ce-tenant", "north"),
        ("authorization", "Basic dXNlcjpodW50ZXIy"),
    ] {
        assert_eq!(received.header(name), Some(value), "{received:?}");
    }
}

#[test]
fn an_event_goes_to_the_address_of_events() {
    let sink = Sink::answering("204 No Content");
    let process = specimen().set("FAAS__EVENTS__URL", &sink.url()).start();
    let answer = process.connect().post("/emit", "text/plain", "ding");
    assert_eq!(answer.status, 200, "{answer:?}");
    let received = sink.next();
    assert_eq!(received.body, "ding");
    assert_eq!(received.header("ce-id"), Some("7"));
    assert_eq!(received.header("ce-type"), Some("specimen.emitted"));
    assert_eq!(received.header("ce-source"), Some("emit"));
}

#[test]
fn what_cannot_be_published_is_told_without_its_address() {
    let sink = Sink::answering("422 Unprocessable Entity");
    let process = specimen()
        .set("FAAS__QUEUES__SPECIMEN_OUTBOX__URL", &sink.url())
        .start();
    process
        .connect()
        .post("/publish", "text/plain", "order 7")
        .bare_problem(500);
    let line = process
        .log
        .line(|line| line["message"].to_string().contains("has refused it"));
    let text = line["message"].as_str().unwrap();
    assert!(
        text.contains("queue `specimen-outbox`") && text.contains("422"),
        "{text}"
    );
    assert!(!process.log.text().contains("hunter2"));
    let detail = process
        .connect()
        .post("/emit", "text/plain", "ding")
        .problem(503);
    assert_eq!(
        detail.as_deref(),
        Some("the events' sink is not bound on `host`: set `events.url`")
    );
}

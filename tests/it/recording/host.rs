//! The host: requests, invocations by hand, streams, clients that go away, a process that is killed.

use faas_runtime_shim::record::{Content, InputForm, OutcomeForm, Recording};
use rustix::process::Signal;

use super::{Folder, functions};
use crate::application::scenarios;
use crate::process::{Process, eventually, probe};

fn recording(folder: &Folder) -> Process {
    let process = probe().set("FAAS_RECORD", folder.text()).start();
    let line = process.log.line(|line| {
        let text = line.to_string();
        text.contains("every invocation is recorded in")
    });
    assert!(line.to_string().contains(folder.text()), "{line}");
    process
}

#[tokio::test]
async fn what_a_service_has_recorded_comes_out_the_same_in_process() {
    let folder = Folder::new();
    let process = recording(&folder);
    assert_eq!(process.get("/hello/ada").status, 200);
    let sent = r#"{"n": 1.50, "password": "canary-body", "inner": "{\"token\":\"canary-inner\"}"}"#;
    let echoed = process.connect().post("/echo", "application/json", sent);
    assert_eq!(echoed.text(), sent);
    let mut connection = process.connect();
    connection.request(
        "GET /headers?signature=canary-query\nauthorization: Bearer canary-header\ncookie: a=canary-cookie\nx-a: 1",
    );
    assert_eq!(connection.answer().status, 200);
    assert_eq!(process.get("/nowhere").status, 404);
    assert_eq!(process.invoke("sum", r#"{"a": 1, "b": 2}"#).status, 200);
    assert_eq!(process.invoke("sum", "{").status, 422);
    assert_eq!(process.invoke("refuse", r#"{"a": 1, "b": 2}"#).status, 422);
    assert_eq!(process.invoke("explode", r#"{"a": 1, "b": 2}"#).status, 500);
    assert_eq!(process.invoke("orders", r#"{"id": 1}"#).status, 200);
    assert_eq!(
        process
            .invoke("orders", r#"{"id": 2, "do": "fail"}"#)
            .status,
        500
    );
    assert_eq!(
        process
            .invoke("orders", r#"{"id": 3, "do": "panic"}"#)
            .status,
        500
    );
    process.signal(Signal::TERM);
    let ended = process.end();
    assert_eq!(ended.code, Some(0));

    let recordings = folder.recordings();
    let expected = [
        "hello", "echo", "headers", "-", "sum", "sum", "refuse", "explode", "orders", "orders",
        "orders",
    ];
    assert_eq!(functions(&recordings), expected);
    let text = folder.all();
    assert!(!text.contains("canary"), "{text}");
    assert!(
        recordings
            .iter()
            .all(|recording| recording.platform == "host")
    );

    let app = scenarios::probe().platform("host").start().await;
    let replayed = app.replay(folder.path()).await.unwrap();
    // what was echoed or told of credentials is taken out of both
    replayed.assert_same();
    assert_eq!(replayed.skipped().len(), 0);
}

fn only(folder: &Folder) -> Recording {
    let mut recordings = folder.recordings();
    assert_eq!(recordings.len(), 1);
    recordings.remove(0)
}

#[test]
fn a_stream_is_kept_up_to_the_bound() {
    for (pieces, is_cut) in [(3_u64, false), (40, true)] {
        let folder = Folder::new();
        let process = recording(&folder);
        let length = pieces * 64 * 1024;
        let answer = process.get(&format!("/flood/{pieces}"));
        assert_eq!(answer.body.len() as u64, length);
        process.signal(Signal::TERM);
        process.end();
        let recording = only(&folder);
        assert_eq!(recording.cut, is_cut);
        let OutcomeForm::Response(response) = recording.outcome else {
            panic!("{recording:?}");
        };
        let kept = response.body.bytes().map(|bytes| bytes.len() as u64);
        assert_eq!(kept, (!is_cut).then_some(length));
        assert!(!is_cut || response.body == Content::Cut(length));
        assert_eq!(response.broken_off, None);
    }
}

#[test]
fn a_body_that_breaks_off_is_told_with_its_reason() {
    let folder = Folder::new();
    let process = recording(&folder);
    let mut connection = process.connect();
    connection.request("GET /broken/2");
    eventually("the recording", || folder.finished() == 1);
    let OutcomeForm::Response(response) = only(&folder).outcome else {
        panic!("no response");
    };
    assert_eq!(response.body.bytes().unwrap(), "piecepiece");
    let broken_off = response.broken_off.unwrap();
    assert!(
        broken_off.message.contains("asked to break"),
        "{broken_off:?}"
    );
}

#[test]
fn a_client_that_goes_away_leaves_a_cancelled_recording() {
    let folder = Folder::new();
    let process = recording(&folder);
    let mut connection = process.connect();
    connection.request("GET /drip");
    assert_eq!(connection.head().status, 200);
    assert_eq!(connection.chunk().unwrap(), b"one");
    drop(connection);
    eventually("the recording", || folder.finished() == 1);
    // it is whole, and there before the process ends
    let recording = only(&folder);
    assert_eq!(recording.outcome, OutcomeForm::Cancelled);
    assert!(matches!(recording.input, InputForm::Http(_)));
}

#[test]
fn a_killed_process_leaves_no_half_recording() {
    let folder = Folder::new();
    let process = recording(&folder);
    let body = format!("{:?}", "x".repeat(200_000));
    let mut connections: Vec<_> = (0..20).map(|_| process.connect()).collect();
    for connection in &mut connections {
        let head = format!(
            "POST /echo\ncontent-type: application/json\ncontent-length: {}",
            body.len()
        );
        connection.request(&head).send(&body);
    }
    eventually("a first recording", || folder.finished() > 0);
    process.signal(Signal::KILL);
    process.end();
    for recording in folder.recordings() {
        let InputForm::Http(input) = recording.input else {
            panic!("no request");
        };
        assert_eq!(input.body.bytes().unwrap(), body);
    }
}

#[test]
fn what_cannot_be_written_fails_no_invocation_and_is_said_once() {
    let folder = Folder::new();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("folder");
    let process = probe().set("FAAS_RECORD", below.to_str().unwrap()).start();
    for _ in 0..3 {
        assert_eq!(process.get("/hello/ada").status, 200);
    }
    process.signal(Signal::TERM);
    let ended = process.end();
    assert_eq!(ended.code, Some(0));
    let told = ended.log.text();
    assert_eq!(
        told.matches("invocations are not recorded in").count(),
        1,
        "{told}"
    );
}

#[test]
fn nothing_is_recorded_unasked() {
    let process = probe().set("FAAS_RECORD", "").start();
    process.get("/hello/ada");
    process.signal(Signal::TERM);
    let ended = process.end();
    assert!(
        !ended.log.text().contains("recorded"),
        "{}",
        ended.log.text()
    );
}

//! The end of an instance: what is in flight is finished, nothing new is taken, and the exit code tells how it went.

use std::io::ErrorKind;

use rustix::process::Signal;

use crate::log::message;
use crate::process::{Process, eventually, specimen};
use crate::wire::Connection;

/// Sends the signal, and waits until the process has taken it.
fn stop(process: &Process, signal: Signal) {
    process.signal(signal);
    process
        .log
        .line(|line| message(line).starts_with("stopping"));
}

const HOOK: &str = "the specimen's stop hook ran";

#[test]
fn what_is_in_flight_is_answered() {
    for signal in [Signal::TERM, Signal::INT] {
        let process = specimen().start();
        let mut idle = process.connect();
        assert_eq!(idle.get("/good").status, 200);
        let mut unused = process.connect();
        let mut held = process.connect();
        held.request("GET /hold/drain");
        let mut streaming = process.connect();
        streaming.request("GET /pieces/drain").head();
        process.await_waiting("drain", 2);
        assert_eq!(process.manage("/readyz").status, 200);

        stop(&process, signal);
        idle.is_closed();
        unused.is_closed();
        eventually("new connections are refused", || {
            let refused = Connection::try_open(process.http).err();
            refused.is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        });
        assert_eq!(process.manage("/readyz").status, 503);
        assert_eq!(process.manage("/healthz").status, 200);

        process.open("drain");
        process.open("drain");
        assert_eq!(held.answer().text(), "held");
        held.is_closed();
        assert_eq!(streaming.chunk().as_deref(), Some(&b"first"[..]));
        assert_eq!(streaming.chunk().as_deref(), Some(&b"last"[..]));
        assert_eq!(streaming.chunk(), None);
        streaming.is_closed();
        let ended = process.end();
        assert_eq!(ended.code, Some(0));
        ended.log.message(HOOK);
    }
}

#[test]
fn an_instance_without_work_ends_at_once() {
    let process = specimen().start();
    let mut idle = process.connect();
    assert_eq!(idle.get("/good").status, 200);
    process.signal(Signal::TERM);
    idle.is_closed();
    let ended = process.end();
    assert_eq!(ended.code, Some(0));
    ended.log.message(HOOK);
}

#[test]
fn a_request_that_is_still_being_sent_is_answered() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection
        .request("POST /relay\ncontent-length: 6")
        .send("one");
    connection.head();
    stop(&process, Signal::TERM);
    connection.send("two");
    let mut body = Vec::new();
    while let Some(chunk) = connection.chunk() {
        body.extend(chunk);
    }
    assert_eq!(body, b"onetwo");
    assert_eq!(process.end().code, Some(0));
}

/// The handler is through, and its answer still on its way to a client that reads slowly.
#[test]
fn an_answer_that_is_still_being_read_is_not_cut_off() {
    let process = specimen().start();
    let mut connection = process.connect();
    let length = 40_000_000;
    connection.request(&format!("GET /large/{length}"));
    assert_eq!(connection.head().status, 200);
    stop(&process, Signal::TERM);
    assert_eq!(connection.take(length).len(), length);
    connection.is_closed();
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn a_request_that_takes_too_long_is_cut_off() {
    let process = specimen().set("FAAS__HTTP__DRAIN_TIMEOUT", "100ms").start();
    let mut held = process.connect();
    held.request("GET /hold/never");
    process.await_waiting("never", 1);
    process.signal(Signal::TERM);
    held.is_closed();
    let ended = process.end();
    assert_eq!(ended.code, Some(75));
    ended.log.message(HOOK);
}

#[test]
fn a_body_that_takes_too_long_is_cut_off() {
    let process = specimen().set("FAAS__HTTP__DRAIN_TIMEOUT", "100ms").start();
    let mut streaming = process.connect();
    streaming.request("GET /pieces/never").head();
    process.await_waiting("never", 1);
    process.signal(Signal::TERM);
    assert_eq!(String::from_utf8_lossy(&streaming.rest()), "5\r\nfirst\r\n");
    assert_eq!(process.end().code, Some(75));
}

#[test]
fn a_second_signal_ends_the_wait() {
    for (first, second) in [
        (Signal::TERM, Signal::TERM),
        (Signal::INT, Signal::INT),
        (Signal::TERM, Signal::INT),
    ] {
        let process = specimen().set("FAAS__HTTP__DRAIN_TIMEOUT", "1h").start();
        let mut held = process.connect();
        held.request("GET /hold/never");
        process.await_waiting("never", 1);
        stop(&process, first);
        process.signal(second);
        assert_eq!(process.end().code, Some(75));
    }
}

/// A blocking handler cannot be stopped; its invocation has ended with 504 all the same.
#[test]
fn a_sync_handler_past_its_deadline_does_not_keep_the_process() {
    let process = specimen().start();
    process.get("/brief/sync").bare_problem(504);
    process.signal(Signal::TERM);
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn an_open_web_socket_does_not_keep_the_process() {
    let process = specimen().start();
    let mut socket = process.connect();
    let head = socket
        .request(
            "GET /socket
             connection: upgrade
             upgrade: websocket
             sec-websocket-version: 13
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        .head();
    assert_eq!(head.status, 101);
    process.signal(Signal::TERM);
    assert_eq!(process.end().code, Some(0));
}

/// Half a head is no request: a client that does not go on may hold the end up no longer than a head may take.
#[test]
fn half_a_head_does_not_keep_the_process() {
    let process = specimen().set("FAAS__HTTP__HEADER_TIMEOUT", "1s").start();
    let mut connection = process.connect();
    assert_eq!(connection.get("/good").status, 200);
    connection.send("GET /go");
    process.signal(Signal::TERM);
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn an_invocation_by_hand_is_answered() {
    let process = specimen().start();
    let mut connection = Connection::open(process.management);
    connection
        .request("POST /invoke/event_hold\ncontent-length: 8")
        .send(r#""manual""#);
    process.await_waiting("manual", 1);
    stop(&process, Signal::TERM);
    process.open("manual");
    assert_eq!(connection.answer().text(), r#""held""#);
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn a_stop_hook_that_fails_is_told() {
    let process = specimen().set("FAAS__SPECIMEN__STOP", "fail").start();
    process.signal(Signal::TERM);
    let ended = process.end();
    assert_eq!(ended.code, Some(70));
    let text = ended.log.text();
    assert!(
        text.contains("F0302") && text.contains("the last events were not sent"),
        "{text}"
    );
}

//! The end: what is accepted is answered, nothing more is taken.

use std::io::ErrorKind;
use std::thread;

use rustix::process::Signal;

use super::{await_waiting, knative, send};
use crate::log::message;
use crate::process::{Process, eventually};
use crate::wire::Connection;

/// Sends the signal, and waits until the process has taken it.
fn stop(process: &Process, signal: Signal) {
    process.signal(signal);
    process
        .out
        .line(|line| message(line).starts_with("stopping"));
}

/// Begins a request that opens a gate once its body has come. The function waits for that when this returns.
fn opener(process: &Process, gate: &str) -> Connection {
    let mut connection = process.connect();
    let interim = connection
        .request(&format!(
            "POST /gates/{gate}\ncontent-length: 4\nexpect: 100-continue"
        ))
        .head();
    assert_eq!(interim.status, 100);
    connection
}

#[test]
fn what_is_accepted_is_answered() {
    for signal in [Signal::TERM, Signal::INT] {
        let process = knative().start_on_platform();
        let mut idle = process.connect();
        assert_eq!(idle.get("/good").status, 200);
        let mut held = process.connect();
        let event = thread::spawn(move || {
            let answer = send(&mut held, "specimen.held", "drain");
            held.is_closed();
            answer
        });
        await_waiting(&process, "drain", 1);
        let mut opener = opener(&process, "drain");

        stop(&process, signal);
        idle.is_closed();
        eventually("new connections are refused", || {
            let refused = Connection::try_open(process.http).err();
            refused.is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        });
        let answer = opener.send("open").answer();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("connection"), Some("close"));
        opener.is_closed();
        let answer = event.join().unwrap();
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("connection"), Some("close"));
        let ended = process.end();
        assert_eq!(ended.code, Some(0));
        assert!(ended.out.contains("the specimen's stop hook ran"));
    }
}

#[test]
fn an_instance_without_work_ends_at_once() {
    let process = knative().start_on_platform();
    assert_eq!(process.get("/good").status, 200);
    process.signal(Signal::TERM);
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn the_wait_has_an_end() {
    let process = knative()
        .set("FAAS__HTTP__DRAIN_TIMEOUT", "100ms")
        .start_on_platform();
    let mut held = process.connect();
    held.request("GET /hold/never");
    let waiting = || process.get("/gates/never").text() == "1";
    eventually("one at the gate", waiting);
    process.signal(Signal::TERM);
    held.is_closed();
    assert_eq!(process.end().code, Some(75));
}

#[test]
fn a_stop_hook_that_fails_is_told() {
    let process = knative()
        .set("FAAS__SPECIMEN__STOP", "fail")
        .start_on_platform();
    process.signal(Signal::TERM);
    let ended = process.end();
    assert_eq!(ended.code, Some(70));
    assert!(ended.out.contains("the last events were not sent"));
}

//! The start: one port, open once functions can run; and what is wrong with a start.

use std::net::TcpListener;

use rustix::process::Signal;

use super::knative;
use crate::log::message;

#[test]
fn only_one_port_is_opened() {
    let process = knative()
        .set("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0")
        .set("FAAS__HTTP__LISTEN", "127.0.0.1:0")
        .start_on_platform();
    assert_eq!(process.ports(), [process.http.port()]);
}

#[test]
fn the_port_is_opened_once_functions_can_run() {
    let process = knative().set("FAAS__SPECIMEN__START", "wait").spawn();
    process.out.message("the start hook waits");
    assert!(process.ports().is_empty());
    process.signal(Signal::TERM);
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn everything_that_is_told_is_json_on_stdout() {
    let process = knative().start_on_platform();
    process.get("/note");
    let line = process.out.message("noted by the specimen");
    assert_eq!(line["order"], 7);
    assert_eq!(line["faas.name"], "note");
    process.signal(Signal::TERM);
    let ended = process.end();
    assert_eq!(ended.log.text(), "");
    for line in ended.out.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

/// Only the host has queues of its own.
#[test]
fn queues_that_are_not_bound_are_told() {
    let process = knative().start_on_platform();
    let told = |queue: &str, process: &crate::process::Process| {
        process.out.values().iter().any(|line| {
            line["level"] == "WARN" && message(line).contains(&format!("`{queue}` is not bound"))
        })
    };
    assert!(told("specimen-orders", &process));
    let process = knative()
        .set("K_SINK", "http://127.0.0.1:1")
        .start_on_platform();
    assert!(!told("specimen-orders", &process));
}

#[test]
fn a_port_that_is_none() {
    let ended = knative().set("PORT", "http").run();
    assert_eq!(ended.code, Some(78), "{ended:?}");
    let line: serde_json::Value = serde_json::from_str(ended.out.trim()).unwrap();
    assert_eq!(line["code"], "F0403");
    assert!(message(&line).contains("`PORT`"), "{line}");
}

#[test]
fn a_port_that_is_taken() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let ended = knative().set("PORT", &port).run();
    assert_eq!(ended.code, Some(74), "{ended:?}");
    assert!(
        ended.out.contains("F0401") && ended.out.contains(&port),
        "{ended:?}"
    );
}

#[test]
fn a_function_that_does_not_exist() {
    let ended = knative().set("FAAS_FUNCTION", "summ").run();
    assert_eq!(ended.code, Some(64), "{ended:?}");
    assert!(ended.out.contains("F0207"), "{ended:?}");
}

/// Google's functions have a target besides, and a host by name is a host.
#[test]
fn another_platform_by_its_environment() {
    let process = knative()
        .set("FAAS_PLATFORM", "host")
        .set("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0")
        .start();
    assert_eq!(process.ports().len(), 2);
}

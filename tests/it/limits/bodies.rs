//! Bodies that are too large or too slow.

use crate::process::{Setup, specimen};
use crate::wire::chunked;

fn small() -> Setup {
    specimen().set("FAAS__HTTP__MAX_BODY", "1KiB")
}

const HANDLERS: [&str; 3] = ["/echo", "/total", "/ignore/never"];

#[test]
fn a_declared_length_past_the_limit_is_refused_before_the_body() {
    let process = small().start();
    for path in HANDLERS {
        let mut connection = process.connect();
        connection.request(&format!(
            "POST {path}
             content-type: application/json
             content-length: 1025"
        ));
        let answer = connection.answer();
        assert!(answer.problem(413).unwrap().contains("1024"), "{answer:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        connection.is_closed();
    }
    for function in ["echo", "total", "ignore"] {
        assert_eq!(process.count(function, "success"), 0);
    }
}

/// The answer reaches a client that sends on without looking.
#[test]
fn a_client_in_the_middle_of_a_refused_body_gets_its_answer() {
    let process = small().start();
    let mut connection = process.connect();
    connection
        .request("POST /echo\ncontent-length: 4000000")
        .send(vec![b'x'; 4_000_000]);
    connection.answer().problem(413);
}

#[test]
fn nobody_is_asked_for_a_body_past_the_limit() {
    let process = small().start();
    let mut connection = process.connect();
    connection.request("POST /echo\ncontent-length: 1025\nexpect: 100-continue");
    connection.answer().problem(413);
}

#[test]
fn chunks_past_the_limit_are_refused() {
    let process = small().start();
    for path in ["/echo", "/total"] {
        let mut connection = process.connect();
        connection.request(&format!(
            "POST {path}
             content-type: application/json
             transfer-encoding: chunked"
        ));
        // the last of them never comes
        let endless = chunked([&*"[1,2,3,4".repeat(64); 3]);
        connection.send(endless.strip_suffix("0\r\n\r\n").unwrap());
        connection.answer().problem(413);
        connection.is_closed();
    }
}

#[test]
fn a_body_of_just_the_limit_is_taken() {
    let process = small().start();
    let mut connection = process.connect();
    let body = "x".repeat(1024);
    assert_eq!(connection.post("/echo", "text/plain", &body).text(), body);
    let chunks = chunked([&body[..1000], &body[1000..]]);
    connection.request("POST /echo\ntransfer-encoding: chunked");
    assert_eq!(connection.send(chunks).answer().text(), body);
}

#[test]
fn a_body_that_pauses_too_long_is_given_up() {
    let process = specimen().set("FAAS__HTTP__BODY_TIMEOUT", "100ms").start();
    for (path, framing, piece) in [
        ("/echo", "content-length: 10", "abc"),
        ("/echo", "transfer-encoding: chunked", "3\r\nabc\r\n"),
        ("/total", "content-length: 10", "[1"),
        ("/echo", "content-length: 10", ""),
    ] {
        let mut connection = process.connect();
        connection.request(&format!(
            "POST {path}
             content-type: application/json
             {framing}"
        ));
        let answer = connection.send(piece).answer();
        assert!(answer.problem(408).is_some(), "{path} {framing}");
        connection.is_closed();
    }
}

//! Connections that are too many or idle.

use crate::process::{eventually, specimen};
use crate::wire::Connection;

#[test]
fn a_connection_past_the_cap_is_answered_and_closed() {
    let process = specimen().set("FAAS__HTTP__MAX_CONNECTIONS", "2").start();
    let mut kept = [process.connect(), process.connect()];
    for connection in &mut kept {
        assert_eq!(connection.get("/good").status, 200);
    }
    let mut refused = process.connect();
    let answer = refused.answer();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("connection"), Some("close"));
    refused.is_closed();
    for connection in &mut kept {
        assert_eq!(connection.get("/good").status, 200);
    }
    drop(kept);
    eventually("a free place", || status(process.http) == Some(200));
}

/// Sends a request without expecting that the server reads it.
fn status(address: std::net::SocketAddr) -> Option<u16> {
    use std::io::Write;
    let mut connection = Connection::open(address);
    let sent = connection
        .sender()
        .write_all(b"GET /good HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    sent.ok()?;
    let rest = connection.rest();
    let text = String::from_utf8_lossy(&rest);
    text.split(' ').nth(1)?.parse().ok()
}

/// A client that has its request under way gets the refusal, and no reset in its stead.
#[test]
fn a_refusal_reaches_a_client_that_has_sent_its_request() {
    let process = specimen().set("FAAS__HTTP__MAX_CONNECTIONS", "1").start();
    let mut kept = process.connect();
    assert_eq!(kept.get("/good").status, 200);
    for _ in 0..20 {
        assert_eq!(status(process.http), Some(503));
    }
    assert_eq!(kept.get("/good").status, 200);
}

#[test]
fn a_full_house_leaves_management_open() {
    let process = specimen().set("FAAS__HTTP__MAX_CONNECTIONS", "1").start();
    let mut kept = process.connect();
    assert_eq!(kept.get("/good").status, 200);
    assert_eq!(process.manage("/healthz").status, 200);
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let process = specimen().set("FAAS__HTTP__IDLE_TIMEOUT", "100ms").start();
    let mut never_used = process.connect();
    let mut used = process.connect();
    assert_eq!(used.get("/good").status, 200);
    never_used.is_closed();
    used.is_closed();
    let mut streamed = process.connect();
    streamed.request("GET /pieces/idle").head();
    process.open("idle");
    while streamed.chunk().is_some() {}
    streamed.is_closed();
}

/// HTTP/2's own means count as little as an HTTP/1.1 client's empty lines.
#[test]
fn a_connection_that_never_becomes_a_request_is_closed() {
    let process = specimen()
        .set("FAAS__HTTP__IDLE_TIMEOUT", "100ms")
        .set("FAAS__HTTP__HEADER_TIMEOUT", "100ms")
        .start();
    for start in ["PRI * HTTP/2.0\r\n", "\r\n", "\r\n\r\n\r\n"] {
        let mut connection = process.connect();
        connection.send(start).rest();
    }
    assert_eq!(process.get("/good").status, 200);
}

/// Behind its last request a client may still be reading; as long as it goes on, it is not idle.
#[test]
fn an_answer_that_is_read_slowly_is_not_idle() {
    let process = specimen().set("FAAS__HTTP__IDLE_TIMEOUT", "2s").start();
    let mut connection = process.connect();
    let (pieces, piece) = (30, 1_500_000);
    connection.request(&format!("GET /large/{}", pieces * piece));
    assert_eq!(connection.head().status, 200);
    for _ in 0..pieces {
        assert_eq!(connection.take(piece).len(), piece);
        // takes a tenth of a second
        assert_eq!(process.get("/brief").status, 504);
    }
}

/// Whoever does not read at all is let go, and so is what was kept for them.
#[test]
fn a_client_that_does_not_read_is_let_go() {
    let process = specimen().set("FAAS__HTTP__IDLE_TIMEOUT", "100ms").start();
    let mut whole = process.connect();
    whole.request("GET /large/40000000");
    let mut streamed = process.connect();
    streamed.request("GET /flood");
    eventually("the end of the stream", || {
        process.count("flood", "cancelled") == 1
    });
    drop((whole, streamed));
    assert_eq!(process.get("/good").text(), "good");
}

/// Without a free descriptor nothing can be accepted; what is open goes on, and the rest is served once there are some.
#[test]
fn a_lack_of_descriptors_passes() {
    let process = specimen().start();
    let mut kept = process.connect();
    assert_eq!(kept.get("/good").status, 200);
    process.limit_files(40);
    let crowd: Vec<_> = (0..60).map(|_| process.connect()).collect();
    process
        .log
        .line(|line| crate::log::message(line).starts_with("a connection could not be accepted"));
    assert_eq!(kept.get("/good").status, 200);
    drop(crowd);
    assert_eq!(process.get("/good").text(), "good");
}

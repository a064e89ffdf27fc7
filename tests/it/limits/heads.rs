//! Heads that are too large or too slow.

use std::io::Write;

use crate::process::specimen;
use crate::wire::Connection;

#[test]
fn a_head_that_is_too_large_is_refused() {
    let process = specimen().start();
    let header = |name: &str, length: usize| format!("{name}: {}\r\n", "x".repeat(length));
    let hundred: String = (0..101)
        .map(|number| format!("x-{number}: y\r\n"))
        .collect();
    let get =
        |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
    for (what, request, statuses) in [
        (
            "one long header",
            get("/good", &header("x-long", 64 * 1024)),
            &[431][..],
        ),
        (
            "a long cookie",
            get("/good", &header("cookie", 33 * 1024)),
            &[431],
        ),
        (
            "more than a hundred headers",
            get("/good", &hundred),
            &[431],
        ),
        (
            "a long target",
            get(&format!("/{}", "x".repeat(40 * 1024)), ""),
            &[414, 431],
        ),
        (
            "a longer target",
            get(&format!("/{}", "x".repeat(80 * 1024)), ""),
            &[414, 431],
        ),
    ] {
        let mut connection = process.connect();
        let answer = connection.send(request).answer();
        assert!(statuses.contains(&answer.status), "{what}: {answer:?}");
        connection.is_closed();
    }
    assert_eq!(process.count("good", "success"), 0);
}

#[test]
fn a_head_below_the_limit_is_taken() {
    let process = specimen().start();
    let mut connection = process.connect();
    let long = "x".repeat(30 * 1024);
    assert_eq!(
        connection
            .request(&format!("GET /good\nx-long: {long}"))
            .answer()
            .status,
        200
    );
    let many: String = (0..90).map(|number| format!("\nx-{number}: y")).collect();
    assert_eq!(
        connection
            .request(&format!("GET /good{many}"))
            .answer()
            .status,
        200
    );
    let target = "x".repeat(20 * 1024);
    assert_eq!(connection.get(&format!("/good?{target}")).status, 200);
}

#[test]
fn the_limit_is_a_setting() {
    let process = specimen().set("FAAS__HTTP__MAX_HEADER", "64KiB").start();
    let long = "x".repeat(60 * 1024);
    let answer = process
        .connect()
        .request(&format!("GET /good\nx-long: {long}"))
        .answer();
    assert_eq!(answer.status, 200);
}

#[test]
fn a_slow_head_is_answered_and_closed() {
    let process = specimen()
        .set("FAAS__HTTP__HEADER_TIMEOUT", "100ms")
        .start();
    for piece in [
        "G",
        "GET /good HT",
        "GET /good HTTP/1.1\r\nhost: a",
        "GET /good HTTP/1.1\r\nhost: a\r\n",
    ] {
        let mut connection = process.connect();
        let answer = connection.send(piece).answer();
        assert_eq!(answer.status, 408, "{piece:?}");
        assert_eq!(answer.header("connection"), Some("close"));
        connection.is_closed();
    }
}

/// The time is for the whole head: a byte now and then buys no more of it.
#[test]
fn a_head_that_trickles_in_is_slow_too() {
    let process = specimen()
        .set("FAAS__HTTP__HEADER_TIMEOUT", "200ms")
        .start();
    let mut connection = process.connect();
    let mut sender = connection.send("GET /good HTTP/1.1\r\nx-slow: ").sender();
    let address = process.http;
    let trickle = std::thread::spawn(move || {
        while sender.write_all(b"x").is_ok() {
            // as much time as a request takes
            let _ = Connection::open(address).get("/good");
        }
    });
    assert_eq!(connection.answer().status, 408);
    connection.is_closed();
    drop(connection);
    trickle.join().unwrap();
}

#[test]
fn a_slow_head_behind_others_is_no_better() {
    let process = specimen()
        .set("FAAS__HTTP__HEADER_TIMEOUT", "100ms")
        .start();
    let mut connection = process.connect();
    connection.send("GET /good HTTP/1.1\r\nhost: a\r\n\r\nGET /go");
    assert_eq!(connection.answer().text(), "good");
    assert_eq!(connection.answer().status, 408);
    connection.is_closed();
}

/// The time for a head is no time for an answer.
#[test]
fn a_slow_answer_is_no_slow_head() {
    let process = specimen()
        .set("FAAS__HTTP__HEADER_TIMEOUT", "50ms")
        .set("FAAS__HTTP__IDLE_TIMEOUT", "50ms")
        .set("FAAS__HTTP__HEAD_TIMEOUT", "400ms")
        .start();
    let answer = process.get("/hold/never");
    assert_eq!(answer.status, 504, "eight timeouts have passed: {answer:?}");
}

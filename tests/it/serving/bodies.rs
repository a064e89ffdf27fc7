//! Bodies on their way in and out: any bytes, of any length, in any framing.

use std::time::Duration;

use crate::process::specimen;
use crate::wire::chunked;

#[test]
fn any_bytes_come_back_as_they_went() {
    let process = specimen().start();
    let mut connection = process.connect();
    let every_byte: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = every_byte.iter().copied().cycle().take(3_000_001).collect();
    for body in [
        &[][..],
        &[0],
        b"\r\n\r\n0\r\n\r\n",
        &[0xff; 70_000],
        &every_byte,
        &large,
    ] {
        let answer = connection.post("/echo", "application/octet-stream", body);
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/octet-stream")
        );
        assert_eq!(
            answer.header("content-length"),
            Some(&*body.len().to_string())
        );
        assert!(answer.body == body, "{} bytes", body.len());
    }
}

#[test]
fn chunks_are_joined_and_trailers_ignored() {
    let process = specimen().start();
    let mut connection = process.connect();
    let head = "POST /echo\ntransfer-encoding: chunked";
    for (body, expected) in [
        (chunked([]), ""),
        (chunked(["ab", "c", "def"]), "abcdef"),
        ("2;name=value\r\nab\r\n0\r\n\r\n".to_owned(), "ab"),
        (
            "2\r\nab\r\n0\r\nx-sum: 1\r\ncontent-length: 9\r\n\r\n".to_owned(),
            "ab",
        ),
    ] {
        let answer = connection.request(head).send(&body).answer();
        assert_eq!((answer.status, answer.text()), (200, expected), "{body:?}");
        assert_eq!(answer.header("x-sum"), None);
    }
}

#[test]
fn a_body_is_asked_for_only_when_a_handler_wants_it() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection.request("POST /echo\ncontent-length: 2\nexpect: 100-continue");
    assert_eq!(connection.head().status, 100);
    assert_eq!(connection.send("ab").answer().text(), "ab");

    connection.request("POST /nowhere\ncontent-length: 2\nexpect: 100-continue");
    connection.answer().problem(404);
}

#[test]
fn a_body_that_nobody_reads_does_not_spoil_the_next_request() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection
        .request("POST /ignore/unread\ncontent-length: 6")
        .send("unread")
        .request("GET /good\nconnection: close");
    process.await_waiting("unread", 1);
    process.open("unread");
    assert_eq!(connection.answer().text(), "ignored");
    let next = connection.rest();
    let next = String::from_utf8_lossy(&next);
    assert!(
        next.is_empty() || next.starts_with("HTTP/1.1 200 "),
        "{next}"
    );
}

/// The framework's own limit would be 2 MB.
#[test]
fn a_body_up_to_the_host_s_limit_is_taken() {
    let process = specimen().set("FAAS__HTTP__MAX_BODY", "4MiB").start();
    let body = vec![b'x'; 4 * 1024 * 1024];
    let answer = process.connect().post("/echo", "text/plain", &body);
    assert!(answer.status == 200 && answer.body == body);
}

#[test]
fn an_answer_of_many_megabytes_reaches_a_client_that_starts_late() {
    let process = specimen().start();
    let mut connection = process.connect();
    let length = 40_000_000;
    connection.request(&format!("GET /large/{length}"));
    let head = connection.head();
    assert_eq!(head.header("content-length"), Some("40000000"));
    // all that the sockets hold has been written by now, and the rest waits
    assert_eq!(process.get("/good").text(), "good");
    assert_eq!(connection.take(length), vec![b'x'; length]);
}

#[test]
fn a_body_may_come_in_many_small_pieces() {
    let pause = Duration::from_secs(60);
    let process = specimen()
        .set("FAAS__HTTP__BODY_TIMEOUT", &format!("{}s", pause.as_secs()))
        .start();
    let mut connection = process.connect();
    connection.request("POST /count\ncontent-length: 500");
    for _ in 0..500 {
        connection.send("x");
    }
    assert_eq!(connection.answer().text(), "500");
}

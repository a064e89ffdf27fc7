//! Requests that a proxy and a server could read differently: each is refused with 400 between an answered one and one that
//! must not exist. The scanner's own tests know more cases; these show that nothing behind it undoes them.

use crate::process::{Process, specimen};

const GOOD: &str = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n";
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends bytes between the two, and returns the statuses until the server has closed the connection.
#[track_caller]
fn statuses(process: &Process, request: &str) -> Vec<u16> {
    let mut connection = process.connect();
    connection.send(format!("{GOOD}{request}{SMUGGLED}"));
    // the client says nothing of its own end: the server has to close by itself
    let rest = connection.rest();
    let text = String::from_utf8_lossy(&rest);
    let heads = text.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().unwrap()).collect()
}

/// Each is refused before any handler is asked, and the connection closed.
#[test]
fn heads_that_two_peers_read_differently() {
    let process = specimen().start();
    let post = |lines: &str| format!("POST /smuggled HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
    let get = |lines: &str| format!("GET /smuggled HTTP/1.1\r\n{lines}\r\n");
    let cases = [
        (
            "length beside coding",
            post("Content-Length: 4\r\nTransfer-Encoding: chunked") + "0\r\n\r\n",
        ),
        (
            "coding beside length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 4") + "0\r\n\r\n",
        ),
        (
            "two equal lengths",
            post("Content-Length: 5\r\nContent-Length: 5") + "12345",
        ),
        (
            "two lengths",
            post("Content-Length: 5\r\nContent-Length: 0"),
        ),
        ("a list of lengths", post("Content-Length: 5, 5") + "12345"),
        ("a signed length", post("Content-Length: +5") + "12345"),
        ("a negative length", post("Content-Length: -1")),
        (
            "a hexadecimal length",
            post("Content-Length: 0x5") + "12345",
        ),
        ("an empty length", post("Content-Length:")),
        (
            "a length past all bounds",
            post("Content-Length: 18446744073709551616"),
        ),
        (
            "two codings",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") + "0\r\n\r\n",
        ),
        (
            "a hidden coding",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity") + "0\r\n\r\n",
        ),
        (
            "another coding",
            post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n",
        ),
        (
            "an unknown coding",
            post("Transfer-Encoding: xchunked") + "0\r\n\r\n",
        ),
        (
            "chunked twice",
            post("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n",
        ),
        (
            "a coding with a space before its colon",
            post("Transfer-Encoding : chunked") + "0\r\n\r\n",
        ),
        (
            "a coding behind a vertical tab",
            post("Transfer-Encoding:\u{b}chunked") + "0\r\n\r\n",
        ),
        (
            "a folded coding",
            post("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n",
        ),
        (
            "a folded line",
            post("X: y\r\n Content-Length: 5") + "12345",
        ),
        ("a folded first line", post(" Content-Length: 5") + "12345"),
        (
            "a header that ends in LF alone",
            post("X: y\nContent-Length: 5") + "12345",
        ),
        (
            "a CR within a header",
            post("X: y\rContent-Length: 5") + "12345",
        ),
        ("a NUL in a header", post("X: \0")),
        ("a header without a colon", post("Content-Length")),
        ("no host", get("")),
        ("two equal hosts", get("Host: a\r\nHost: a\r\n")),
        ("two hosts", get("Host: a\r\nhost: b\r\n")),
        ("two hosts in one", get("Host: a, b\r\n")),
        ("a host with a user", get("Host: user@a\r\n")),
        ("a host with a path", get("Host: a/b\r\n")),
        ("a host with a space", get("Host : a\r\n")),
        (
            "a target with an authority and no host",
            "GET http://a/smuggled HTTP/1.1\r\n\r\n".into(),
        ),
        (
            "a coding in HTTP/1.0",
            "GET /smuggled HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(),
        ),
        ("no version", "GET /smuggled\r\nHost: a\r\n\r\n".into()),
        (
            "another version",
            "GET /smuggled HTTP/1.2\r\nHost: a\r\n\r\n".into(),
        ),
        (
            "HTTP/2 in the middle",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
        ),
        (
            "two spaces in the first line",
            "GET  /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".into(),
        ),
        (
            "a tab in the first line",
            "GET\t/smuggled HTTP/1.1\r\nHost: a\r\n\r\n".into(),
        ),
        (
            "a first line that ends in LF alone",
            "GET /smuggled HTTP/1.1\nHost: a\r\n\r\n".into(),
        ),
        (
            "an empty line of LF alone",
            "\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".into(),
        ),
    ];
    for (what, request) in &cases {
        assert_eq!(statuses(&process, request), [200, 400], "{what}");
    }
    let answered = u64::try_from(cases.len()).unwrap();
    assert_eq!(process.count("good", "success"), answered);
    for outcome in OUTCOMES {
        assert_eq!(process.count("smuggled", outcome), 0, "{outcome}");
    }
}

/// A handler that asks for the body is told that it broke off, and nothing behind it is taken for a request.
#[test]
fn chunks_that_two_peers_read_differently() {
    let process = specimen().start();
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "\r\n\r\n",
        "x\r\n",
        "-1\r\n",
        "+2\r\nab\r\n0\r\n\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        " 2\r\nab\r\n0\r\n\r\n",
        "2\nab\r\n0\r\n\r\n",
        "2\rab\r\n0\r\n\r\n",
        "2;a\nab\r\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "3\r\nab\r\n0\r\n\r\n",
        "10000000000000000\r\n",
        "ffffffffffffffffff\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\n X: y\r\n\r\n",
    ] {
        assert_eq!(
            statuses(&process, &format!("{head}{body}")),
            [200, 400],
            "{body:?}"
        );
    }
    assert_eq!(
        process.count("echo", "success"),
        16,
        "each was answered by the extractor"
    );
    for outcome in OUTCOMES {
        assert_eq!(process.count("smuggled", outcome), 0, "{outcome}");
    }
}

#[test]
fn what_only_looks_like_smuggling_is_served() {
    let process = specimen().start();
    let close = "GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for request in [
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345",
        "POST /echo HTTP/1.1\r\nHost: a\r\nCONTENT-LENGTH:\t005 \r\n\r\n12345",
        "POST /echo HTTP/1.1\r\nHost: a\r\ntransfer-encoding: CHUNKED\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\nContent-Length: 2\r\n\r\nab",
        "\r\nGET /good HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /good HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "GET http://b/good HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let mut connection = process.connect();
        connection.send(format!("{GOOD}{request}{close}"));
        for _ in 0..3 {
            assert_eq!(connection.answer().status, 200, "{request:?}");
        }
        connection.is_closed();
    }
}

#[test]
fn management_is_as_strict() {
    let process = specimen().start();
    let mut connection = crate::wire::Connection::open(process.management);
    let host = process.management;
    connection.send(format!(
        "POST /invoke/sum HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ));
    let rest = connection.rest();
    assert!(
        rest.starts_with(b"HTTP/1.1 400 "),
        "{}",
        String::from_utf8_lossy(&rest)
    );
}

const OUTCOMES: [&str; 5] = ["success", "retry", "reject", "panic", "cancelled"];

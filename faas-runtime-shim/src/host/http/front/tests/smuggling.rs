//! What one peer takes for one request and another for two: each case between a good request and one that must not exist.

use super::{Talk, Violation, block_on, through_pipe, through_socket};

const GOOD: &str = "GET /good HTTP/1.1\r\nHost: a\r\n\r\n";
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// Sends a request between the two, in several ways, which must come to the same.
#[track_caller]
fn talk(request: &str) -> Talk {
    let bytes = format!("{GOOD}{request}{SMUGGLED}").into_bytes();
    let talk = block_on(through_socket(&bytes));
    for width in [1, 2, 3, 7, 24, 4096] {
        let pieces = block_on(through_pipe(&bytes, width));
        let (expected, statuses) = (talk.statuses(), pieces.statuses());
        assert_eq!(statuses, expected, "{request:?} in pieces of {width}");
        assert_eq!(pieces.calls, talk.calls, "{request:?} in pieces of {width}");
    }
    talk
}

/// Without a violation hyper refuses it by itself, be it first or alone.
#[track_caller]
fn refused(request: &str, violation: impl Into<Option<Violation>>) {
    let talk = talk(request);
    assert_eq!(talk.statuses(), [200, 400], "{request:?}: {talk:?}");
    assert_eq!(talk.calls, ["GET /good"], "{request:?}");
    if let Some(violation) = violation.into() {
        assert_eq!(talk.violation, Some(violation), "{request:?}");
    }
}

#[track_caller]
fn served(request: &str, call: &str) {
    let talk = talk(request);
    assert_eq!(talk.statuses(), [200, 200, 200], "{request:?}: {talk:?}");
    assert_eq!(talk.calls, ["GET /good", call, "GET /smuggled"]);
    assert_eq!(talk.violation, None, "{request:?}");
}

#[track_caller]
fn head(lines: &[&str]) -> String {
    let lines = lines.join("\r\n");
    format!("POST /x HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n")
}

#[test]
fn length_beside_coding() {
    let violation = Violation::LengthAndCoding;
    let (length, coding) = ("Content-Length: 4", "Transfer-Encoding: chunked");
    refused(&format!("{}0\r\n\r\n", head(&[length, coding])), violation);
    refused(&format!("{}0\r\n\r\n", head(&[coding, length])), violation);
    let quiet = head(&["content-length: 0", "X: y", "transfer-encoding: chunked"]);
    refused(&quiet, violation);
}

#[test]
fn two_lengths() {
    let violation = Violation::TwoLengths;
    let five = "Content-Length: 5";
    refused(&format!("{}12345", head(&[five, five])), violation);
    refused(&head(&[five, "X: y", "CONTENT-LENGTH: 0"]), violation);
    refused(&head(&["content-length: 0", five]), violation);
}

#[test]
fn lengths_that_are_no_number() {
    for value in [
        "5, 5",
        "5,5",
        "5 5",
        "+5",
        "-5",
        "-0",
        "0x5",
        "5.0",
        "5;",
        "five",
        "",
        " ",
        "18446744073709551616",
        "18446744073709551615",
        "9223372036854775808",
        "99999999999999999999999999",
        "\u{a0}5",
        "\u{665}",
    ] {
        let line = format!("Content-Length:{value}");
        refused(&head(&[&line]), Violation::Length);
    }
}

#[test]
fn lengths_in_any_dress() {
    for line in [
        "Content-Length: 5",
        "content-length:5",
        "CONTENT-LENGTH:\t5 \t",
        "cOnTeNt-LeNgTh: 00000000000000000000000000005",
    ] {
        served(&format!("{}12345", head(&[line])), "POST /x 12345");
    }
    served(&head(&["Content-Length: 0"]), "POST /x");
    served(
        &head(&["Content-Lengt: 5", "Content-Lengthy: 5"]),
        "POST /x",
    );
}

#[test]
fn other_codings() {
    for value in [
        "identity",
        "gzip, chunked",
        "chunked, chunked",
        "chunked, identity",
        "chunked,",
        ", chunked",
        "chunkedx",
        "xchunked",
        "chunke",
        "chunked;q=1",
        "\"chunked\"",
        "chunk ed",
        "",
    ] {
        let line = format!("Transfer-Encoding: {value}");
        refused(&head(&[&line]), Violation::Coding);
    }
    refused(
        &head(&["Transfer-Encoding:\u{b}chunked"]),
        Violation::Coding,
    );
}

#[test]
fn two_codings() {
    let chunked = "Transfer-Encoding: chunked";
    refused(&head(&[chunked, chunked]), Violation::TwoCodings);
    refused(
        &head(&[chunked, "transfer-encoding: identity"]),
        Violation::TwoCodings,
    );
    refused(&head(&["transfer-encoding: x", chunked]), Violation::Coding);
}

#[test]
fn codings_in_disguise() {
    let chunked = "Transfer-Encoding: chunked";
    refused(&head(&["Transfer-Encoding : chunked"]), None);
    refused(&head(&["Transfer-Encoding\t: chunked"]), None);
    refused(
        &head(&["Content-Length: 3", "Transfer-Encoding : chunked"]),
        None,
    );
    refused(&head(&["Transfer-Encoding\u{0}: chunked"]), None);
    refused(&head(&["Transfer-Encoding"]), None);
    refused(&head(&[" Transfer-Encoding: chunked"]), Violation::Folded);
    refused(
        &head(&["X: y", "\tTransfer-Encoding: chunked"]),
        Violation::Folded,
    );
    refused(
        &head(&["Transfer-Encoding:", " chunked"]),
        Violation::Coding,
    );
    refused(&head(&[chunked, " , identity"]), Violation::Folded);
    refused(
        &head(&["X: y\rTransfer-Encoding: chunked"]),
        Violation::BareCr,
    );
    refused(
        &head(&["X: y\nTransfer-Encoding: chunked"]),
        Violation::BareLf,
    );
    refused(
        &head(&["Transfer-Encoding: chunked\rX: y"]),
        Violation::BareCr,
    );
    refused(
        &head(&["Transfer-Encoding: chunked\nX: y"]),
        Violation::Coding,
    );
    refused(&head(&["Transfer\rEncoding: chunked"]), Violation::BareCr);
    // Another name, whatever some gateway may make of it.
    served(&head(&["Transfer_Encoding: chunked"]), "POST /x");
    served(&head(&["TE: trailers", "T: u"]), "POST /x");
}

#[test]
fn codings_in_any_dress() {
    for line in [
        "Transfer-Encoding: chunked",
        "transfer-encoding:chunked",
        "TRANSFER-ENCODING:\t CHUNKED \t",
    ] {
        let request = format!("{}2\r\nab\r\n0\r\n\r\n", head(&[line]));
        served(&request, "POST /x ab");
    }
}

#[test]
fn hosts() {
    let get = |lines: &str| format!("GET /x HTTP/1.1\r\n{lines}\r\n");
    refused(&get(""), Violation::NoHost);
    refused(&get("X: y\r\nHos: a\r\nHostt: a\r\n"), Violation::NoHost);
    refused(&get("Host: a\r\nHost: a\r\n"), Violation::TwoHosts);
    refused(&get("Host: a\r\nX: y\r\nhOST: b\r\n"), Violation::TwoHosts);
    refused(&get("Host:\r\nHost:\r\n"), Violation::TwoHosts);
    refused(&get("Host : a\r\n"), None);
    for value in [
        "a b", "a, b", "http://a", "u@a", "a/b", "a:b", "[::1", "\u{fc}", ":80", "a\nb",
    ] {
        refused(&get(&format!("Host: {value}\r\n")), Violation::Host);
    }
    for value in ["", "a", "a:80", "[::1]:80", "127.0.0.1", " \ta\t "] {
        served(&get(&format!("Host:{value}\r\n")), "GET /x");
        served(&get(&format!("HOST: {value}\r\n")), "GET /x");
    }
}

#[test]
fn targets_with_an_authority() {
    // RFC 9112, section 3.2.2: the target's authority counts and `Host` is ignored, so the service is told the target.
    let get = |target: &str, host: &str| format!("GET {target} HTTP/1.1\r\n{host}\r\n");
    served(&get("http://b/x", "Host: a\r\n"), "GET http://b/x");
    served(&get("http://b/x", "Host:\r\n"), "GET http://b/x");
    refused(&get("http://b/x", ""), Violation::NoHost);
    refused(
        &get("http://b/x", "Host: a\r\nHost: b\r\n"),
        Violation::TwoHosts,
    );
}

#[test]
fn old_requests() {
    let old = |lines: &str| format!("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n{lines}\r\n");
    served(&old(""), "GET /x");
    served(&old("Host: a\r\n"), "GET /x");
    served(
        &old("Content-Length: 2\r\n").replace("\r\n\r\n", "\r\n\r\nab"),
        "GET /x ab",
    );
    refused(&old("Host: a\r\nHost: a\r\n"), Violation::TwoHosts);
    refused(&old("Transfer-Encoding: chunked\r\n"), Violation::OldCoding);
    refused(
        &old("Transfer-Encoding: identity\r\n"),
        Violation::OldCoding,
    );
}

#[test]
fn request_lines() {
    let line = |line: &str| format!("{line}\r\nHost: a\r\n\r\n");
    for bad in [
        "GET /x",
        "GET",
        "GET /x HTTP/1.2",
        "GET /x HTTP/2.0",
        "GET /x HTTP/1.1 ",
        "GET /x  HTTP/1.1",
        "GET /x y HTTP/1.1",
        "GET /x http/1.1",
        "GET\t/x HTTP/1.1",
        "PRI * HTTP/2.0",
    ] {
        refused(&line(bad), Violation::RequestLine);
    }
    for bad in [
        "GET  HTTP/1.1",
        " GET /x HTTP/1.1",
        "G\u{e9}T /x HTTP/1.1",
        "GET /x\u{0} HTTP/1.1",
    ] {
        refused(&line(bad), None);
    }
}

#[test]
fn line_ends() {
    refused("GET /x HTTP/1.1\nHost: a\r\n\r\n", Violation::RequestLine);
    refused("GET /x HTTP/1.1\r\nHost: a\n\r\n", Violation::Host);
    refused(
        "GET /x HTTP/1.1\r\nHost: a\r\nX: y\n\r\n",
        Violation::BareLf,
    );
    refused(
        "GET /x HTTP/1.1\r\nHost: a\r\n\nX: y\r\n\r\n",
        Violation::BareLf,
    );
    refused(
        "GET /x HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n",
        Violation::BareCr,
    );
    refused("GET /x HTTP/1.1\rHost: a\r\n\r\n", Violation::BareCr);
    refused("GET /x HTTP/1.1\r\nHost: a\r\r\n\r\n", Violation::BareCr);
    refused("GET /x HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", None);
    refused("\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", Violation::BareLf);
    refused("\rGET /x HTTP/1.1\r\nHost: a\r\n\r\n", Violation::BareCr);
    served("\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x");
}

#[test]
fn chunked_bodies() {
    let chunked = head(&["Transfer-Encoding: chunked"]);
    for (body, call) in [
        ("0\r\n\r\n", "POST /x"),
        ("2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", "POST /x abcde"),
        ("A\r\n0123456789\r\n00\r\n\r\n", "POST /x 0123456789"),
        (
            "000000000000000a\r\n0\r\n\r\n45678\r\n0\r\n\r\n",
            "POST /x 0\r\n\r\n45678",
        ),
        ("2;a=b;c\r\nab\r\n0;d\r\n\r\n", "POST /x ab"),
        ("2 ; a\r\nab\r\n0\r\n\r\n", "POST /x ab"),
        (
            "2\r\nab\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n",
            "POST /x ab",
        ),
    ] {
        served(&format!("{chunked}{body}"), call);
    }
}

/// The service sees a body that breaks off, and the connection closes behind its answer.
#[track_caller]
fn broken_off(request: &str) {
    let talk = talk(request);
    assert_eq!(talk.calls, ["GET /good", "POST /x !"], "{request:?}");
    assert_eq!(talk.statuses(), [200, 200], "{request:?}: {talk:?}");
    assert_eq!(talk.violation, Some(Violation::Chunk), "{request:?}");
}

#[test]
fn chunks_that_two_peers_read_differently() {
    let chunked = head(&["Transfer-Encoding: chunked"]);
    for body in [
        "\r\n\r\n",
        "x\r\n",
        "-1\r\n",
        "+2\r\nab\r\n0\r\n\r\n",
        "0x2\r\nab\r\n0\r\n\r\n",
        " 2\r\nab\r\n0\r\n\r\n",
        "2 \r\nab\r\n0\r\n\r\n",
        "2 2\r\nab\r\n0\r\n\r\n",
        "2\nab\r\n0\r\n\r\n",
        "2\rab\r\n0\r\n\r\n",
        "2;a\nab\r\n0\r\n\r\n",
        "2;a\rb\r\nab\r\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
        "2\r\nab\n0\r\n\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "3\r\nab\r\n0\r\n\r\n",
        "10000000000000000\r\n",
        "00000000000000002\r\nab\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n",
        "0\r\n\nX: y\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\nX: y\rZ\r\n\r\n",
        "0\r\n X: y\r\n\r\n",
        "0\r\n\rX: y\r\n\r\n",
    ] {
        broken_off(&format!("{chunked}{body}"));
    }
}

#[test]
fn bodies_that_the_service_does_not_read() {
    let chunked = "POST /unread HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let bytes = format!("{chunked}zz\r\n{SMUGGLED}").into_bytes();
    for width in [1, 3, 4096] {
        let talk = block_on(through_pipe(&bytes, width));
        assert_eq!(talk.calls, ["POST /unread"]);
        assert_eq!(talk.statuses(), [200]);
    }
}

#[test]
fn floods() {
    let many = head(&vec!["X: y"; 150]);
    let long = head(&[&format!("X: {}", "y".repeat(64 * 1024))]);
    for request in [many, long] {
        let bytes = format!("{GOOD}{request}{SMUGGLED}").into_bytes();
        for talk in [
            block_on(through_socket(&bytes)),
            block_on(through_pipe(&bytes, 64)),
        ] {
            assert_eq!(talk.calls, ["GET /good"]);
            assert_eq!(talk.statuses(), [200, 431]);
            assert_eq!(talk.violation, None);
        }
    }
    let target = format!("/{}", "y".repeat(8 * 1024));
    let request = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n{SMUGGLED}");
    let talk = block_on(through_pipe(request.as_bytes(), 64));
    assert_eq!(
        talk.calls,
        [format!("GET {target}"), "GET /smuggled".to_owned()]
    );
}

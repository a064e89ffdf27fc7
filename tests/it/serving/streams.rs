//! Bodies that are not there at once: pieces pass as they come, in both directions.

use crate::process::specimen;
use crate::wire::Connection;

#[test]
fn the_first_piece_of_an_answer_comes_before_the_last_exists() {
    let process = specimen().start();
    let mut connection = process.connect();
    let head = connection.request("GET /pieces/answer").head();
    assert_eq!(head.header("transfer-encoding"), Some("chunked"));
    assert_eq!(connection.chunk().as_deref(), Some(&b"first"[..]));
    process.await_waiting("answer", 1);
    process.open("answer");
    assert_eq!(connection.chunk().as_deref(), Some(&b"last"[..]));
    assert_eq!(connection.chunk(), None);
    assert_eq!(connection.get("/good").text(), "good");
}

#[test]
fn a_handler_sees_the_first_piece_of_a_request_before_the_last_is_sent() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection
        .request("POST /relay\ntransfer-encoding: chunked")
        .send("3\r\none\r\n");
    let head = connection.head();
    assert_eq!(head.status, 200);
    assert_eq!(connection.chunk().as_deref(), Some(&b"one"[..]));
    connection.send("3\r\ntwo\r\n");
    assert_eq!(connection.chunk().as_deref(), Some(&b"two"[..]));
    connection.send("0\r\n\r\n");
    assert_eq!(connection.chunk(), None);
}

#[test]
fn events_arrive_one_by_one() {
    let process = specimen().start();
    let mut connection = process.connect();
    let head = connection.request("GET /events/sse").head();
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    assert_eq!(event(&mut connection), "event: piece\ndata: first\n\n");
    process.await_waiting("sse", 1);
    process.open("sse");
    assert_eq!(event(&mut connection), "event: piece\ndata: last\n\n");
    assert_eq!(connection.chunk(), None);
}

#[track_caller]
fn event(connection: &mut Connection) -> String {
    String::from_utf8(connection.chunk().unwrap()).unwrap()
}

/// An invocation is over when its body is.
#[test]
fn a_streaming_answer_is_in_flight_until_its_last_piece() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection.request("GET /pieces/flight").head();
    connection.chunk();
    process.await_waiting("flight", 1);
    assert!(process.manage("/metrics").text().contains(IN_FLIGHT));
    assert_eq!(process.count("pieces", "success"), 0);
    process.open("flight");
    while connection.chunk().is_some() {}
    assert_eq!(process.count("pieces", "success"), 1);
}

const IN_FLIGHT: &str = "faas_in_flight{function=\"pieces\",trigger=\"http\"} 1";

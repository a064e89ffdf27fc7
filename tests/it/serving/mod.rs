//! What is served: requests and answers over HTTP/1.1.

mod bodies;
mod events;
mod routes;
mod streams;
mod upgrades;

use crate::process::specimen;

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let process = specimen().start();
    let mut connection = process.connect();
    for _ in 0..3 {
        let answer = connection.get("/good");
        assert_eq!((answer.status, answer.text()), (200, "good"));
    }
    let last = connection.request("GET /good\nconnection: close").answer();
    assert_eq!(last.status, 200);
    connection.is_closed();
}

#[test]
fn an_http_1_0_connection_is_closed_unless_asked_for() {
    let process = specimen().start();
    let mut connection = process.connect();
    connection.send("GET /good HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
    assert_eq!(connection.answer().text(), "good");
    connection.send("GET /good HTTP/1.0\r\n\r\n");
    assert_eq!(connection.answer().text(), "good");
    connection.is_closed();
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let process = specimen().start();
    let mut connection = process.connect();
    let one = |body: &str| {
        let length = body.len();
        format!("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    let bodies = ["one", "two", "three", "four"];
    connection.send(bodies.map(one).concat());
    for body in bodies {
        assert_eq!(connection.answer().text(), body);
    }
    // the second is there before the first has its answer
    let requests =
        ["/hold/pipelined", "/good"].map(|path| format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n"));
    connection.send(requests.concat());
    process.await_waiting("pipelined", 1);
    process.open("pipelined");
    assert_eq!(connection.answer().text(), "held");
    assert_eq!(connection.answer().text(), "good");
}

#[test]
fn many_connections_at_once() {
    let process = specimen().start();
    let mut held: Vec<_> = (0..200).map(|_| process.connect()).collect();
    for connection in &mut held {
        connection.request("GET /hold/many");
    }
    process.await_waiting("many", 200);
    assert_eq!(process.get("/good").text(), "good");
    for _ in &held {
        process.open("many");
    }
    for connection in &mut held {
        assert_eq!(connection.answer().text(), "held");
    }
}

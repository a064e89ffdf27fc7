//! The limits of single functions: how many at once, how often, how long.

use crate::process::{eventually, probe, specimen};

#[test]
fn a_function_at_its_concurrency_refuses_the_next() {
    let process = specimen().start();
    let mut first = process.connect();
    first.request("GET /single/one");
    process.await_waiting("one", 1);
    let refused = process.get("/single/one");
    refused.bare_problem(503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        process.get("/good").status,
        200,
        "the others are not concerned"
    );
    process.open("one");
    assert_eq!(first.answer().text(), "single");
    process.open("one");
    assert_eq!(process.get("/single/one").text(), "single");
    assert_eq!(process.count("single", "overload"), 1);
    assert_eq!(process.count("single", "success"), 2);
}

#[test]
fn a_function_above_its_rate_says_when_to_come_back() {
    let process = specimen().start();
    for _ in 0..2 {
        assert_eq!(process.get("/rated").text(), "rated");
    }
    let refused = process.get("/rated");
    refused.bare_problem(503);
    let seconds: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=1800).contains(&seconds), "{seconds}");
    assert_eq!(process.count("rated", "overload"), 1);
}

#[test]
fn a_function_past_its_timeout_is_answered_for() {
    let process = specimen().start();
    let mut connection = process.connect();
    for path in ["/brief", "/brief/sync"] {
        connection.get(path).bare_problem(504);
    }
    assert_eq!(process.count("brief", "deadline"), 1);
    assert_eq!(process.count("brief_sync", "deadline"), 1);
    assert_eq!(connection.get("/good").text(), "good");
}

#[test]
fn the_timeout_covers_the_body() {
    let process = specimen().start();
    let mut connection = process.connect();
    assert_eq!(connection.request("GET /brief/body").head().status, 200);
    assert_eq!(connection.chunk().as_deref(), Some(&b"first"[..]));
    // broken off: a last chunk would say that the body is whole
    connection.is_closed();
    eventually("the end of the invocation", || {
        process.count("brief_body", "deadline") == 1
    });
}

#[test]
fn a_head_that_does_not_come_in_time_is_answered_for() {
    for (path, gate) in [("/hold/head", "head"), ("/ignore/head", "head")] {
        let process = specimen().set("FAAS__HTTP__HEAD_TIMEOUT", "100ms").start();
        let mut connection = process.connect();
        match path.starts_with("/ignore") {
            true => connection
                .post(path, "text/plain", "body")
                .bare_problem(504),
            false => connection.get(path).bare_problem(504),
        }
        process.await_waiting(gate, 0);
    }
    let process = probe().set("FAAS__HTTP__HEAD_TIMEOUT", "100ms").start();
    process.get("/slow/3600000").bare_problem(504);
}

#[test]
fn a_body_may_take_longer_than_the_head() {
    let process = specimen().set("FAAS__HTTP__HEAD_TIMEOUT", "100ms").start();
    let mut connection = process.connect();
    connection.request("GET /pieces/long").head();
    assert_eq!(connection.chunk().as_deref(), Some(&b"first"[..]));
    // the same timeout passes here meanwhile
    assert_eq!(process.get("/hold/never").status, 504);
    process.open("long");
    assert_eq!(connection.chunk().as_deref(), Some(&b"last"[..]));
    assert_eq!(connection.chunk(), None);
}

#[test]
fn a_request_body_in_progress_counts_for_the_head_timeout() {
    let process = specimen().set("FAAS__HTTP__HEAD_TIMEOUT", "100ms").start();
    let mut connection = process.connect();
    connection
        .request("POST /echo\ncontent-length: 3")
        .send("a");
    connection.answer().bare_problem(504);
}

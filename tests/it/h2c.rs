//! HTTP/2 without TLS on the same port, by prior knowledge.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::Signal;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::process::{Process, probe, specimen};

type Sender = SendRequest<Full<Bytes>>;

#[test]
fn both_versions_are_served_on_one_port() {
    let process = specimen().start();
    assert_eq!(process.get("/good").text(), "good");
    block_on(async {
        let mut sender = connect(&process).await;
        let answer = sender.send_request(get("/good")).await.unwrap();
        assert_eq!(answer.version(), http::Version::HTTP_2);
        assert_eq!(body(answer).await, "good");
        let every_byte: Bytes = (0..=255).cycle().take(500_000).collect();
        let echoed = sender.send_request(post("/echo", every_byte.clone())).await;
        assert!(body(echoed.unwrap()).await == every_byte);
    });
}

#[test]
fn a_slow_stream_does_not_hold_up_the_others() {
    let process = specimen().start();
    block_on(async {
        let mut sender = connect(&process).await;
        let slow = tokio::spawn(sender.send_request(get("/hold/stream")));
        process.await_waiting("stream", 1);
        let quick = sender.send_request(get("/good")).await.unwrap();
        assert_eq!(body(quick).await, "good");
        process.open("stream");
        assert_eq!(body(slow.await.unwrap().unwrap()).await, "held");
    });
}

#[test]
fn an_answer_streams() {
    let process = specimen().start();
    block_on(async {
        let mut sender = connect(&process).await;
        let answer = sender.send_request(get("/pieces/h2")).await.unwrap();
        let mut pieces = answer.into_body();
        assert_eq!(piece(&mut pieces).await, "first");
        process.await_waiting("h2", 1);
        process.open("h2");
        assert_eq!(piece(&mut pieces).await, "last");
        assert_eq!(pieces.collect().await.unwrap().to_bytes(), "");
    });
}

#[test]
fn problems_are_the_same_documents() {
    let process = specimen().set("FAAS__HTTP__MAX_BODY", "1KiB").start();
    block_on(async {
        let mut sender = connect(&process).await;
        let large = Bytes::from(vec![b'x'; 1025]);
        for (request, status) in [
            (get("/nowhere"), 404),
            (post("/good", Bytes::new()), 405),
            (post("/echo", large), 413),
            (get("/fail/panic"), 500),
            (get("/brief"), 504),
        ] {
            let path = request.uri().path().to_owned();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            let text = body(answer).await;
            let document: Value = serde_json::from_slice(&text).unwrap_or_default();
            assert_eq!(document["status"], status, "{path}: {text:?}");
        }
        let answer = sender.send_request(get("/good")).await.unwrap();
        assert_eq!(answer.status(), 200, "the connection has outlived them");
    });
}

#[test]
fn too_many_headers_are_refused() {
    let process = specimen().set("FAAS__HTTP__MAX_HEADER", "8KiB").start();
    block_on(async {
        let mut sender = connect(&process).await;
        let mut request = get("/good");
        let long = "x".repeat(9 * 1024).parse().unwrap();
        request.headers_mut().insert("x-long", long);
        // a client that knows the limit does not even send it
        if let Ok(answer) = sender.send_request(request).await {
            assert_eq!(answer.status(), 431);
        }
        assert_eq!(process.count("good", "success"), 0);
    });
}

#[test]
fn a_client_that_resets_its_stream_ends_the_invocation() {
    let process = specimen().start();
    block_on(async {
        let mut sender = connect(&process).await;
        let given_up = tokio::spawn(sender.send_request(get("/hold/reset")));
        process.await_waiting("reset", 1);
        given_up.abort();
        process.await_waiting("reset", 0);
        assert_eq!(process.count("hold", "cancelled"), 1);
    });
}

#[test]
fn a_drain_answers_what_is_in_flight() {
    let process = specimen().start();
    block_on(async {
        let mut sender = connect(&process).await;
        let held = tokio::spawn(sender.send_request(get("/hold/drained")));
        process.await_waiting("drained", 1);
        process.signal(Signal::TERM);
        process
            .log
            .line(|line| crate::log::message(line).starts_with("stopping"));
        process.open("drained");
        let answer = held.await.unwrap().unwrap();
        assert_eq!(body(answer).await, "held");
    });
    assert_eq!(process.end().code, Some(0));
}

#[test]
fn the_authority_is_the_host() {
    let process = probe().start();
    block_on(async {
        let mut sender = connect(&process).await;
        let answer = sender.send_request(get("/hello/h2")).await.unwrap();
        assert_eq!(body(answer).await, r#"{"greeting":"hello h2"}"#);
    });
}

/// On two threads: a test waits at the management port while the client's connection goes on.
fn block_on(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(test);
}

async fn connect(process: &Process) -> Sender {
    let stream = TcpStream::connect(process.http).await.unwrap();
    let handshake = handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = handshake.await.unwrap();
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> Request<Full<Bytes>> {
    Request::get(format!("http://localhost{path}"))
        .body(Full::default())
        .unwrap()
}

fn post(path: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::post(format!("http://localhost{path}"))
        .body(Full::new(body))
        .unwrap()
}

async fn body(answer: Response<Incoming>) -> Bytes {
    answer.into_body().collect().await.unwrap().to_bytes()
}

async fn piece(body: &mut Incoming) -> Bytes {
    body.frame().await.unwrap().unwrap().into_data().unwrap()
}

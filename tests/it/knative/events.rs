//! Events over a socket: every mode, what becomes of them, many at once.

use std::thread;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::{await_waiting, head, journal, knative, send};

const STRUCTURED: &str = "application/cloudevents+json; charset=UTF-8";
const BATCHED: &str = "application/cloudevents-batch+json";

fn structured(id: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/test","type":"specimen.taken","datacontenttype":"text/plain","data":"{data}"}}"#
    )
}

#[test]
fn every_mode_arrives() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    let more = "x-request-id: req-1\ncontent-type: text/plain\ncontent-length: 6";
    let answer = connection
        .request(&head("specimen.taken", more))
        .send("binary")
        .answer();
    assert_eq!((answer.status, answer.text()), (204, ""));
    let batch = [structured("3", "one"), structured("4", "other")].join(",");
    for (media_type, body) in [
        (STRUCTURED, structured("2", "alone")),
        (BATCHED, format!("[{batch}]")),
        (BATCHED, "[]".to_owned()),
    ] {
        let answer = connection.post("/any/path", media_type, body);
        assert_eq!((answer.status, answer.text()), (204, ""), "{media_type}");
    }
    let journal = journal(&process);
    assert_eq!(journal.len(), 4, "{journal:?}");
    assert_eq!(journal[0], "event 17 binary as req-1");
    for (line, start) in journal[1..].iter().zip(["2 alone", "3 one", "4 other"]) {
        assert!(line.starts_with(&format!("event {start} as ")), "{line}");
    }
}

#[test]
fn sources_reach_their_functions() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    let kafka = "/apis/v1/namespaces/default/kafkasources/k#specimen-orders";
    let ping = "/apis/v1/namespaces/default/pingsources/specimen_nightly";
    for (kind, source, more, body) in [
        ("dev.knative.kafka.event", kafka, "", "pen"),
        ("dev.knative.sources.ping", ping, "", ""),
        (
            "com.amazonaws.s3.ObjectCreated:Put",
            "aws:s3.eu.specimen-uploads",
            "ce-subject: a%20b",
            "",
        ),
        ("dev.faas.queue.message", "other#specimen-orders", "", "ink"),
    ] {
        let length = body.len();
        let head = format!(
            "POST /\nce-specversion: 1.0\nce-id: 9\nce-source: {source}\nce-type: {kind}\ncontent-length: {length}\n{more}"
        );
        let answer = connection.request(&head).send(body).answer();
        assert_eq!(answer.status, 204, "{kind}: {answer:?}");
    }
    assert_eq!(
        journal(&process),
        [
            &format!("order pen under {}:{kafka}:9", kafka.len()),
            "tick specimen_nightly",
            "object a b Created",
            "order ink under 9",
        ]
    );
}

#[test]
fn a_reply_is_an_event() {
    let process = knative().start_on_platform();
    let answer = send(&mut process.connect(), "specimen.returned", "hi");
    assert_eq!((answer.status, answer.text()), (200, "hi"));
    assert_eq!(answer.header("ce-specversion"), Some("1.0"));
    assert_eq!(answer.header("ce-type"), Some("specimen.return"));
    assert_eq!(answer.header("ce-subject"), Some("returned"));
    assert_eq!(answer.header("ce-source"), Some("return_event"));
    assert!(answer.header("ce-time").is_some());
    assert_ne!(answer.header("ce-id"), Some("17"));
}

#[test]
fn a_failure_has_the_status_that_the_broker_understands() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    for (kind, status, text) in [
        ("specimen.failed.retry", 500, "canary-of-an-error"),
        ("specimen.failed.retry-after", 503, "canary-of-an-error"),
        ("specimen.failed.panic", 500, "canary-of-an-error"),
        ("specimen.failed.reject", 422, "there is no such pen"),
        ("specimen.brief", 504, "no answer within"),
        ("specimen.unheard", 422, "`specimen.unheard`"),
        ("specimen.failed.none", 204, ""),
    ] {
        let answer = send(&mut connection, kind, "");
        assert_eq!(answer.status, status, "{kind}: {answer:?}");
        assert!(answer.text().contains(text), "{kind}: {answer:?}");
        let delay = answer.header("retry-after");
        let expected = (status == 503).then_some("2");
        assert_eq!(delay, expected, "{kind}");
    }
}

#[test]
fn as_many_run_as_come() {
    const MANY: usize = 40;
    let process = knative().start_on_platform();
    let held: Vec<_> = (0..MANY)
        .map(|_| {
            let mut connection = process.connect();
            thread::spawn(move || send(&mut connection, "specimen.held", "many").status)
        })
        .collect();
    await_waiting(&process, "many", MANY);
    assert_eq!(
        send(&mut process.connect(), "specimen.taken", "").status,
        204
    );
    for _ in 0..MANY {
        let answer = process.connect().post("/gates/many", "text/plain", "");
        assert_eq!(answer.status, 200);
    }
    for held in held {
        assert_eq!(held.join().unwrap(), 204);
    }
}

#[test]
fn events_come_over_http_2_too() {
    let process = knative().start_on_platform();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();
    runtime.block_on(async {
        let stream = TcpStream::connect(process.http).await.unwrap();
        let shaken = handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.unwrap();
        tokio::spawn(connection);
        let request = Request::post("http://shop.default.svc/")
            .header("ce-specversion", "1.0")
            .header("ce-id", "1")
            .header("ce-source", "/test")
            .header("ce-type", "specimen.returned")
            .header("content-type", "text/plain")
            .body(Full::new(Bytes::from_static(b"hi")))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(
            (answer.status(), answer.version()),
            (200.try_into().unwrap(), http::Version::HTTP_2)
        );
        assert_eq!(answer.headers()["ce-type"], "specimen.return");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, "hi");
    });
}

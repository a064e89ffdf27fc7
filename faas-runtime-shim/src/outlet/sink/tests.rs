//! The client and sinks of ours: what is sent, what an answer means, which connection is used.

use std::net::SocketAddr;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::config::Configuration;
use crate::invocation::Payload;
use crate::outlet::{Bindings, Outlet, Sink};
use crate::trace::TraceContext;

/// A sink: it accepts when the test says so.
struct Server(TcpListener);

impl Server {
    async fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn outlet(&self) -> Bindings {
        outlet(&format!("http://{}/in", self.address()))
    }

    async fn accept(&self) -> Accepted {
        Accepted(self.0.accept().await.unwrap().0)
    }

    /// Takes one request on a connection of its own and answers it; returns the connection.
    async fn serve(&self, status: &str) -> Accepted {
        let mut connection = self.accept().await;
        connection.serve(status, "").await;
        connection
    }

    /// Tells whether somebody else has connected.
    async fn is_asked(&self) -> bool {
        // a round trip of the reactor, which brings along what has come
        let _ours = TcpStream::connect(self.address()).await.unwrap();
        let _first = self.0.accept().await.unwrap();
        self.0.accept().now_or_never().is_some()
    }
}

struct Accepted(TcpStream);

impl Accepted {
    /// Reads a request: its head in small letters, and its body.
    async fn request(&mut self) -> (String, String) {
        let mut read = Vec::new();
        let end = loop {
            let window = read.windows(4).position(|window| window == b"\r\n\r\n");
            match window {
                Some(end) => break end + 4,
                None => assert_ne!(self.0.read_buf(&mut read).await.unwrap(), 0),
            }
        };
        let head = String::from_utf8(read[..end].to_vec()).unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap().parse().unwrap();
        while read.len() < end + length {
            assert_ne!(self.0.read_buf(&mut read).await.unwrap(), 0);
        }
        (head, String::from_utf8(read[end..].to_vec()).unwrap())
    }

    async fn answer(&mut self, status: &str, body: &str) {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
        // who has heard enough may have gone
        let _ = self.0.write_all(answer.as_bytes()).await;
    }

    async fn serve(&mut self, status: &str, body: &str) {
        self.request().await;
        self.answer(status, body).await;
    }
}

fn outlet(url: &str) -> Bindings {
    let sink = Sink {
        url: url.to_owned().into(),
        extensions: vec![("region".to_owned(), "eu west".to_owned())],
    };
    Bindings::new(Configuration::empty(), "knative", Some(sink)).service("shop")
}

fn message() -> Message {
    Message::new("orders", Payload::json(r#"{"id":1}"#))
}

#[tokio::test]
async fn a_message_is_an_event_in_binary_mode() {
    let server = Server::new().await;
    let port = server.address().port();
    let outlet = outlet(&format!("http://user:hunter2@127.0.0.1:{port}/in?a=b"));
    let mut message = message();
    message.key = Some("cust 7".into());
    message.idempotency_key = Some("once".into());
    message.attributes.push("tenant", "é");
    message.trace = TraceContext::parse_traceparent(TRACE.as_bytes());
    let received = async {
        let mut connection = server.accept().await;
        let received = connection.request().await;
        connection.answer("202 Accepted", "").await;
        received
    };
    let (told, (head, body)) = tokio::join!(outlet.publish(message), received);
    told.unwrap();
    assert_eq!(body, r#"{"id":1}"#);
    let (line, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(line, "POST /in?a=b HTTP/1.1");
    let mut headers: Vec<_> = headers.trim_end().split("\r\n").collect();
    headers.sort_unstable();
    let mut expected = [
        "authorization: Basic dXNlcjpodW50ZXIy".to_owned(),
        "ce-id: once".to_owned(),
        "ce-partitionkey: cust%207".to_owned(),
        "ce-region: eu%20west".to_owned(),
        "ce-source: shop#orders".to_owned(),
        "ce-specversion: 1.0".to_owned(),
        "ce-tenant: %C3%A9".to_owned(),
        format!("ce-traceparent: {TRACE}"),
        "ce-type: dev.faas.queue.message".to_owned(),
        "content-length: 8".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: 127.0.0.1:{port}"),
        format!("traceparent: {TRACE}"),
        format!("user-agent: {USER_AGENT}"),
    ]
    .to_vec();
    expected.sort_unstable();
    headers.retain(|header| !header.starts_with("ce-time: "));
    assert_eq!(headers, expected);
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn an_event_goes_as_it_is_and_gets_what_it_lacks() {
    let server = Server::new().await;
    let outlet = server.outlet();
    for (event, id, source) in [
        (
            CloudEvent::new("7", "/users", "user.created"),
            "7",
            "/users",
        ),
        (CloudEvent::new("", "", "user.created"), "", "shop"),
    ] {
        let received = async {
            let mut connection = server.accept().await;
            let received = connection.request().await;
            connection.answer("204 No Content", "").await;
            received
        };
        let (told, (head, body)) = tokio::join!(outlet.emit(event), received);
        told.unwrap();
        assert_eq!(body, "");
        assert!(head.contains("ce-type: user.created\r\n"), "{head}");
        assert!(head.contains(&format!("ce-id: {id}")), "{head}");
        assert!(head.contains(&format!("ce-source: {source}\r\n")), "{head}");
        assert!(head.contains("ce-time: "), "{head}");
    }
}

#[tokio::test]
async fn what_no_header_holds_goes_as_json() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let mut event = CloudEvent::new("1", "/s", "t");
    event.extensions = (0..40_000)
        .map(|n| (format!("e{n}"), String::new()))
        .collect();
    let received = async {
        let mut connection = server.accept().await;
        let received = connection.request().await;
        connection.answer("204 No Content", "").await;
        received
    };
    let (told, (head, body)) = tokio::join!(outlet.emit(event), received);
    told.unwrap();
    assert!(
        head.contains("content-type: application/cloudevents+json\r\n"),
        "{head}"
    );
    assert!(body.contains(r#""e39999":"""#));
}

#[tokio::test]
async fn a_status_tells_whether_it_is_worth_another_try() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let cases = [
        ("200 OK", Ok(())),
        ("202 Accepted", Ok(())),
        ("204 No Content", Ok(())),
        ("299 Fine", Ok(())),
        ("301 Moved Permanently", Err(true)),
        ("307 Temporary Redirect", Err(true)),
        ("400 Bad Request", Err(true)),
        ("401 Unauthorized", Err(true)),
        ("404 Not Found", Err(false)),
        ("408 Request Timeout", Err(false)),
        ("409 Conflict", Err(false)),
        ("413 Payload Too Large", Err(true)),
        ("422 Unprocessable Entity", Err(true)),
        ("429 Too Many Requests", Err(false)),
        ("500 Internal Server Error", Err(false)),
        ("503 Service Unavailable", Err(false)),
    ];
    for (status, expected) in cases {
        let (told, _) = tokio::join!(outlet.publish(message()), server.serve(status));
        let found = told.map_err(|error| match error {
            PublishError::Refused { for_good, why, .. } => {
                assert_eq!(why, status);
                for_good
            }
            other => panic!("{status}: {other}"),
        });
        assert_eq!(found, expected, "{status}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_in_short() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let long = format!("no\u{1b}[2J\nroom {}", "x".repeat(1_000_000));
    let serving = async {
        server
            .accept()
            .await
            .serve("507 Insufficient Storage", &long)
            .await
    };
    let (told, ()) = tokio::join!(outlet.publish(message()), serving);
    let told = told.unwrap_err().to_string();
    let start = "queue `orders` has refused it: 507 Insufficient Storage: no [2J room xxx";
    assert!(told.starts_with(start) && told.ends_with("x…"), "{told}");
    assert!(told.len() < 300, "{told}");
    // the rest of that answer is nobody's
    let (told, _) = tokio::join!(outlet.publish(message()), server.serve("204 No Content"));
    told.unwrap();
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let (told, mut connection) =
        tokio::join!(outlet.publish(message()), server.serve("202 Accepted"));
    told.unwrap();
    for _ in 0..3 {
        let serving = connection.serve("500 Internal Server Error", "busy");
        let (told, ()) = tokio::join!(outlet.publish(message()), serving);
        told.unwrap_err();
    }
    assert!(!server.is_asked().await);
}

#[tokio::test]
async fn messages_at_once_have_connections_of_their_own() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let serving = async {
        let (mut one, mut other) = (server.accept().await, server.accept().await);
        one.request().await;
        other.request().await;
        one.answer("204 No Content", "").await;
        other.answer("204 No Content", "").await;
        (one, other)
    };
    let publishing = async { tokio::join!(outlet.publish(message()), outlet.publish(message())) };
    let ((one, other), _open) = tokio::join!(publishing, serving);
    one.unwrap();
    other.unwrap();
    let kept = outlet.publish(message()).now_or_never();
    assert!(kept.is_none());
    assert!(!server.is_asked().await);
}

#[tokio::test]
async fn a_connection_that_the_sink_has_closed_is_replaced() {
    let (server, elsewhere) = (Server::new().await, Server::new().await);
    let outlet = server.outlet();
    let (told, connection) =
        tokio::join!(outlet.publish(message()), server.serve("204 No Content"));
    told.unwrap();
    drop(connection);
    // an exchange with another sink: what has come before it has come
    let other = elsewhere.outlet();
    let (told, _) = tokio::join!(other.publish(message()), elsewhere.serve("204 No Content"));
    told.unwrap();
    let (told, _) = tokio::join!(outlet.publish(message()), server.serve("204 No Content"));
    told.unwrap();
}

#[tokio::test]
async fn what_may_have_arrived_is_not_sent_again() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let (told, mut connection) =
        tokio::join!(outlet.publish(message()), server.serve("204 No Content"));
    told.unwrap();
    let lost = async {
        connection.request().await;
        drop(connection);
    };
    let (told, ()) = tokio::join!(outlet.publish(message()), lost);
    let told = told.unwrap_err();
    assert!(matches!(told, PublishError::Unreachable { .. }), "{told}");
    assert!(!server.is_asked().await);
}

#[tokio::test]
async fn a_sink_that_is_not_there_is_told_without_its_address() {
    let server = Server::new().await;
    let port = server.address().port();
    drop(server);
    let outlet = outlet(&format!("http://user:hunter2@127.0.0.1:{port}/"));
    let told = outlet.publish(message()).await.unwrap_err();
    assert!(matches!(told, PublishError::Unreachable { .. }), "{told}");
    let shown = format!("{told} {told:?}");
    assert!(shown.contains("refused"), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains(&port.to_string()),
        "{shown}"
    );
}

#[tokio::test]
async fn a_sink_that_does_not_answer_is_given_up() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let (told, _silent) = tokio::join!(outlet.publish(message()), server.serve("204 No Content"));
    told.unwrap();
    tokio::time::pause();
    let told = outlet.publish(message()).await.unwrap_err();
    assert_eq!(
        told.to_string(),
        "queue `orders` could not be reached: no answer within 30s"
    );
}

#[tokio::test]
async fn an_answer_that_is_none_is_told() {
    let server = Server::new().await;
    let outlet = server.outlet();
    let serving = async {
        let mut connection = server.accept().await;
        connection.request().await;
        connection.0.write_all(b"SSH-2.0\r\n\r\n").await.unwrap();
        connection
    };
    let (told, _) = tokio::join!(outlet.publish(message()), serving);
    let told = told.unwrap_err();
    assert!(matches!(told, PublishError::Unreachable { .. }), "{told}");
}

#[tokio::test]
async fn what_is_no_event_is_not_sent() {
    let server = Server::new().await;
    let event = CloudEvent::new("1", "/s", "no\ntype");
    let told = server.outlet().emit(event).await.unwrap_err();
    assert!(matches!(told, PublishError::Unwritable { .. }), "{told}");
    assert!(!server.is_asked().await);
}

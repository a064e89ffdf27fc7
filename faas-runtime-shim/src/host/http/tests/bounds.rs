//! Bodies that are too long or too slow, and those whose bounds a route has lifted.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, LengthLimitError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::{BoxBody, Handler, POLICY, ask, pieces, pipe};
use crate::application::bounds::Bounds;

const GRPC: &str = "application/grpc+proto";

fn request(kind: &str, body: BoxBody) -> Request<BoxBody> {
    Request::post("http://localhost/")
        .header("host", "localhost")
        .header("content-type", kind)
        .body(body)
        .unwrap()
}

/// Reads the whole body and answers its length; 400 if it breaks off.
async fn read(request: Request<Body>) -> Response<Body> {
    if let Some(bounds) = request.extensions().get::<Bounds>()
        && request.uri().path() == "/"
    {
        bounds.await_messages();
    }
    length(request).await
}

async fn length(request: Request<Body>) -> Response<Body> {
    match to_bytes(request.into_body(), usize::MAX).await {
        Ok(body) => Response::new(Body::from(body.len().to_string())),
        Err(error) => {
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
    }
}

/// Twice as much as is allowed, with pauses each of which is longer than allowed.
async fn send(sender: mpsc::Sender<Frame<Bytes>>, pause: Duration) {
    send_all(sender, message(), pause).await;
}

/// A message with its length before it, of 4 KiB in all.
fn message() -> Bytes {
    let mut message = vec![b'-'; 4 * 1024];
    message[..5].copy_from_slice(&[0, 0, 0, 0x0f, 0xfb]);
    message.into()
}

async fn send_all(sender: mpsc::Sender<Frame<Bytes>>, piece: Bytes, pause: Duration) {
    for _ in 0..2 * POLICY.max_body / 4096 {
        if sender.send(Frame::data(piece.clone())).await.is_err() {
            return;
        }
        tokio::time::sleep(pause).await;
    }
}

async fn check(handler: Handler, kind: &str, pause: Duration, status: u16, answer: Option<&str>) {
    for version in [1, 2] {
        let (sender, body) = pieces();
        let sending = tokio::spawn(send(sender, pause));
        let response = ask(
            pipe(handler.clone(), 16 * 1024).0,
            version,
            request(kind, body),
        )
        .await;
        assert_eq!(response.status(), status, "HTTP/{version}, {kind}");
        if let Some(answer) = answer {
            let text = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(text, answer, "HTTP/{version}, {kind}");
            sending.await.unwrap();
        }
    }
}

const AT_ONCE: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_secs(POLICY.body_timeout.as_secs() * 2);

#[tokio::test(start_paused = true)]
async fn a_lifted_body_may_be_long_and_slow() {
    let all = (2 * POLICY.max_body).to_string();
    for kind in [
        GRPC,
        "Application/gRPC-Web",
        "application/connect+json; charset=utf-8",
    ] {
        for pause in [AT_ONCE, LONG] {
            check(Handler::of(read), kind, pause, 200, Some(&all)).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_being_lifted_the_bounds_hold() {
    let handler = Handler::of(length);
    check(handler.clone(), GRPC, AT_ONCE, 413, None).await;
    check(handler, GRPC, LONG, 408, None).await;
    // nobody can lift the bounds of what is no stream
    let handler = Handler::of(read);
    check(handler.clone(), "application/json", AT_ONCE, 413, None).await;
    check(handler, "application/json", LONG, 408, None).await;
}

#[tokio::test(start_paused = true)]
async fn half_a_message_is_not_waited_for() {
    for version in [1, 2] {
        let (sender, body) = pieces();
        let half = message().slice(..100);
        tokio::spawn(send_all(sender, half, LONG));
        let (near, _piped) = pipe(Handler::of(read), 16 * 1024);
        let response = ask(near, version, request(GRPC, body)).await;
        assert_eq!(response.status(), 408, "HTTP/{version}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_stream_may_be_long_and_not_slow() {
    let lifting = Handler::of(|request: Request<Body>| async move {
        request.extensions().get::<Bounds>().unwrap().lift();
        length(request).await
    });
    let all = (2 * POLICY.max_body).to_string();
    check(lifting.clone(), GRPC, AT_ONCE, 200, Some(&all)).await;
    check(lifting, GRPC, LONG, 408, None).await;
}

/// Sends half of a request to what answers at once; returns the answer's head.
async fn early(head: &str, rest: &str) -> String {
    let answering = Handler::of(|_| async { Response::new(Body::from("early")) });
    let (mut near, _piped) = pipe(answering, 16 * 1024);
    let request = format!("POST / HTTP/1.1\r\nhost: localhost\r\n{head}\r\n\r\n{rest}");
    near.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"early") {
        assert_ne!(near.read_buf(&mut answer).await.unwrap(), 0);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_body_is_not_read_is_told_of_the_end() {
    for (head, rest, closes) in [
        ("content-length: 10", "half", true),
        ("content-length: 10\r\nexpect: 100-continue", "", true),
        ("content-length: 4", "full", false),
        ("transfer-encoding: chunked", "4\r\nhalf\r\n", true),
        ("content-length: 0", "", false),
    ] {
        let answer = early(head, rest).await;
        assert_eq!(
            answer.contains("connection: close"),
            closes,
            "{head}: {answer}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn bounds_may_be_lifted_while_the_body_is_awaited() {
    let handler = Handler::of(|request: Request<Body>| async move {
        let (parts, mut body) = request.into_parts();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let waiting = tokio::time::timeout(POLICY.body_timeout / 2, body.frame());
        assert!(waiting.await.is_err());
        parts.extensions.get::<Bounds>().unwrap().await_messages();
        let rest = to_bytes(body, usize::MAX).await.unwrap();
        Response::new(Body::from((first.len() + rest.len()).to_string()))
    });
    let all = (2 * POLICY.max_body).to_string();
    check(handler, GRPC, LONG, 200, Some(&all)).await;
}

#[tokio::test(start_paused = true)]
async fn extractors_know_a_body_that_is_too_long() {
    let handler = Handler::of(|request: Request<Body>| async move {
        let error = request.into_body().collect().await.unwrap_err();
        let error: &(dyn std::error::Error + 'static) = &error;
        let known = error
            .source()
            .is_some_and(|error| error.is::<LengthLimitError>());
        Response::new(Body::from(known.to_string()))
    });
    for version in [1, 2] {
        let (sender, body) = pieces();
        tokio::spawn(send(sender, AT_ONCE));
        let response = ask(
            pipe(handler.clone(), 16 * 1024).0,
            version,
            request(GRPC, body),
        )
        .await;
        let text = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(text, "true", "HTTP/{version}");
    }
}

//! Bodies that are too long or too slow, and those whose bounds a route has lifted.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, LengthLimitError};
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
        bounds.lift();
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
    let piece = Bytes::from(vec![b'-'; 4 * 1024]);
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
async fn bounds_may_be_lifted_while_the_body_is_awaited() {
    let handler = Handler::of(|request: Request<Body>| async move {
        let (parts, mut body) = request.into_parts();
        let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
        let waiting = tokio::time::timeout(POLICY.body_timeout / 2, body.frame());
        assert!(waiting.await.is_err());
        parts.extensions.get::<Bounds>().unwrap().lift();
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

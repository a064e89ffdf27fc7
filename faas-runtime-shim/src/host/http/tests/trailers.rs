//! Trailers of requests and of answers, over both versions.

use axum::body::{Body, Bytes};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};

use super::{BoxBody, Handler, ask, pieces, pipe};

fn trailers(value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([("grpc-status".parse().unwrap(), value.parse().unwrap())])
}

/// Answers with a piece, and with the trailers that it got.
async fn echo(request: Request<Body>) -> Response<Body> {
    let trailers = request
        .into_body()
        .collect()
        .await
        .unwrap()
        .trailers()
        .cloned();
    let frames = [Frame::data(Bytes::from_static(b"piece"))].into_iter();
    let frames = frames.chain(trailers.map(Frame::trailers));
    let frames = frames.map(Ok::<_, axum::Error>);
    let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
    // HTTP/1.1 sends those alone that are named
    Response::builder()
        .header("trailer", "grpc-status")
        .body(body)
        .unwrap()
}

async fn check(version: u8, te: Option<&str>, expected: Option<HeaderMap>) {
    let (sender, body) = pieces();
    let mut request: Request<BoxBody> = Request::post("http://localhost/")
        .header("host", "localhost")
        .header("trailer", "grpc-status")
        .body(body)
        .unwrap();
    if let Some(te) = te {
        request.headers_mut().insert("te", te.parse().unwrap());
    }
    tokio::spawn(async move {
        sender
            .send(Frame::data(Bytes::from_static(b"-")))
            .await
            .unwrap();
        sender.send(Frame::trailers(trailers("7"))).await.unwrap();
    });
    let (near, _piped) = pipe(Handler::of(echo), 1024);
    let response = ask(near, version, request).await;
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.trailers(), expected.as_ref(), "HTTP/{version}");
    assert_eq!(body.to_bytes(), "piece");
}

#[tokio::test(start_paused = true)]
async fn both_ways() {
    check(2, Some("trailers"), Some(trailers("7"))).await;
    check(2, None, Some(trailers("7"))).await;
    check(1, Some("trailers"), Some(trailers("7"))).await;
}

#[tokio::test(start_paused = true)]
async fn http1_sends_none_to_a_client_that_does_not_ask() {
    check(1, None, None).await;
}

//! Answers that put a platform to the test: failures, large ones, slow ones, streams.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::IntoResponse;
use faas::{Error, Path};
use futures_util::stream;
use http::{StatusCode, header};

#[faas::http(GET, "/panic")]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn panics() -> StatusCode {
    panic!("the probe was asked to panic")
}

#[faas::http(GET, "/fail")]
async fn fail() -> Result<StatusCode, Error> {
    Err(Error::retry("the probe was asked to fail"))
}

#[faas::http(GET, "/big/{bytes}")]
async fn big(Path(bytes): Path<usize>) -> String {
    "x".repeat(bytes)
}

/// Takes its time without looking at its deadline, as code that computes does.
#[faas::http(GET, "/slow/{ms}")]
fn slow(Path(ms): Path<u64>) -> &'static str {
    std::thread::sleep(Duration::from_millis(ms));
    "slow"
}

/// A body whose length nobody knows beforehand.
#[faas::http(GET, "/stream/{chunks}")]
async fn chunks(Path(chunks): Path<usize>) -> impl IntoResponse {
    let lines = (0..chunks).map(|chunk| Ok::<_, Infallible>(format!("chunk {chunk}\n")));
    let content_type = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (content_type, Body::from_stream(stream::iter(lines)))
}

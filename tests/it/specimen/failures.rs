//! HTTP handlers that fail. Their texts hold [`CANARY`], which no client may see.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use faas::{Error, Path, State};
use futures_util::{StreamExt, stream};
use http::StatusCode;

use crate::gates::Gates;

/// Looked for by `it/failures.rs`.
const CANARY: &str = "canary-of-an-error";

#[faas::http(GET, "/fail/panic")]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn fail_panic() -> StatusCode {
    panic!("{CANARY}")
}

#[faas::http(GET, "/fail/panic/sync")]
#[expect(clippy::panic, reason = "that is what it is for")]
fn fail_panic_sync() -> StatusCode {
    panic!("{CANARY}")
}

/// Panics behind the first piece of its body, once the gate is opened.
#[faas::http(GET, "/fail/panic/body/{gate}")]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn fail_panic_body(Path(gate): Path<String>, State(gates): State<Gates>) -> Body {
    first_and_then(gate, gates, || panic!("{CANARY}"))
}

/// Fails behind the first piece of its body, once the gate is opened.
#[faas::http(GET, "/fail/body/{gate}")]
async fn fail_body(Path(gate): Path<String>, State(gates): State<Gates>) -> Body {
    first_and_then(gate, gates, || io::Error::other(CANARY))
}

fn first_and_then(gate: String, gates: Arc<Gates>, failure: fn() -> io::Error) -> Body {
    let then = async move {
        gates.pass(&gate).await;
        Err(failure())
    };
    let first = stream::iter([Ok(Bytes::from_static(b"first"))]);
    Body::from_stream(first.chain(stream::once(then)))
}

#[faas::http(GET, "/fail/retry")]
async fn fail_retry() -> Result<StatusCode, Error> {
    Err(Error::retry(CANARY))
}

#[faas::http(GET, "/fail/retry-after")]
async fn fail_retry_after() -> Result<StatusCode, Error> {
    Err(Error::retry_after(Duration::from_millis(1500), CANARY))
}

#[faas::http(GET, "/fail/converted")]
async fn fail_converted() -> Result<StatusCode, Error> {
    let cause = io::Error::other(CANARY);
    Err(io::Error::other(cause))?
}

#[faas::http(GET, "/fail/status")]
async fn fail_status() -> Result<StatusCode, Error> {
    Err(Error::status(StatusCode::BAD_GATEWAY, CANARY))
}

/// The client's own fault, so it may know.
#[faas::http(GET, "/fail/reject")]
async fn fail_reject() -> Result<StatusCode, Error> {
    Err(Error::reject("there is no such pen"))
}

#[faas::http(GET, "/fail/teapot")]
async fn fail_teapot() -> Result<StatusCode, Error> {
    Err(Error::status(StatusCode::IM_A_TEAPOT, "no coffee here"))
}

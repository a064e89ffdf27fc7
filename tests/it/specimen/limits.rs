//! Functions with limits of their own.

use std::convert::Infallible;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use faas::{Path, State};
use futures_util::{StreamExt, stream};

use crate::gates::Gates;

#[faas::http(GET, "/single/{gate}", concurrency = 1)]
async fn single(Path(gate): Path<String>, State(gates): State<Gates>) -> &'static str {
    gates.pass(&gate).await;
    "single"
}

/// Its body never ends: the place is free again only when the client has gone.
#[faas::http(GET, "/single-stream", concurrency = 1)]
async fn single_stream() -> Body {
    endless()
}

#[faas::http(GET, "/rated", rate = "2/h")]
async fn rated() -> &'static str {
    "rated"
}

#[faas::http(GET, "/brief", timeout = "100ms")]
async fn brief() -> &'static str {
    std::future::pending().await
}

/// Its head comes in time, its body never ends.
#[faas::http(GET, "/brief/body", timeout = "100ms")]
async fn brief_body() -> Body {
    endless()
}

/// Does not look at its deadline, as code that computes does not.
#[faas::http(GET, "/brief/sync", timeout = "100ms")]
fn brief_sync() -> &'static str {
    thread::sleep(LONGER_THAN_ANY_TEST);
    "slept"
}

#[faas::invoke(timeout = "100ms")]
async fn brief_event() {
    std::future::pending().await
}

fn endless() -> Body {
    let first = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"first"))]);
    Body::from_stream(first.chain(stream::pending()))
}

const LONGER_THAN_ANY_TEST: Duration = Duration::from_secs(3600);

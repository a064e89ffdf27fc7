//! Plain requests, invoked through the management port: one for each way to end.

use std::time::Duration;

use faas::{Error, Json, State};
use serde::{Deserialize, Serialize};

use crate::gates::Gates;

#[derive(Deserialize)]
struct Pair {
    a: i64,
    b: i64,
}

#[derive(Serialize)]
struct Sum {
    sum: i64,
}

#[faas::invoke]
async fn sum(Json(pair): Json<Pair>) -> Json<Sum> {
    Json(Sum {
        sum: pair.a + pair.b,
    })
}

/// Answers once the gate is opened.
#[faas::invoke]
async fn event_hold(Json(gate): Json<String>, State(gates): State<Gates>) -> Json<&'static str> {
    gates.pass(&gate).await;
    Json("held")
}

#[faas::invoke]
async fn event_retry() -> Result<(), Error> {
    Err(Error::retry("the exchange is closed"))
}

#[faas::invoke]
async fn event_retry_after() -> Result<(), Error> {
    Err(Error::retry_after(Duration::from_millis(1500), "busy"))
}

#[faas::invoke]
async fn event_reject() -> Result<(), Error> {
    Err(Error::reject("no such pen"))
}

#[faas::invoke]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn event_panic() {
    panic!("the specimen was asked to panic")
}

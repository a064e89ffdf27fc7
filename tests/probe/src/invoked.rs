//! Plain requests with a plain answer. `FAAS_FUNCTION` selects one of them.

use faas::{Error, Json};
use serde::{Deserialize, Serialize};

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

#[faas::invoke]
#[expect(clippy::panic, reason = "that is what it is for")]
async fn explode(Json(_): Json<Pair>) -> Json<Sum> {
    panic!("the probe was asked to explode")
}

#[faas::invoke]
async fn refuse(Json(_): Json<Pair>) -> Result<Json<Sum>, Error> {
    Err(Error::reject("the probe was asked to refuse").with_name("Refused"))
}

#[derive(Deserialize)]
struct Size {
    bytes: usize,
}

/// Answers with a document of so many bytes, the two quotes included.
#[faas::invoke]
async fn large(Json(size): Json<Size>) -> Json<String> {
    Json("x".repeat(size.bytes.saturating_sub(2)))
}

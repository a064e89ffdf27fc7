//! What becomes of a request's body: sent back whole or piece by piece, counted, ignored, decoded.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use faas::{ClientAddr, Error, Json, Path, State};
use futures_util::TryStreamExt;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::gates::Gates;

/// Answers with the body and its content type.
#[faas::http(POST | PUT, "/echo")]
async fn echo(headers: HeaderMap, body: Bytes) -> (HeaderMap, Bytes) {
    let mut answer = HeaderMap::new();
    if let Some(value) = headers.get(header::CONTENT_TYPE) {
        answer.insert(header::CONTENT_TYPE, value.clone());
    }
    (answer, body)
}

/// Sends each piece back as it comes.
#[faas::http(POST, "/relay")]
async fn relay(request: Request) -> Body {
    Body::from_stream(request.into_body().into_data_stream())
}

/// Reads the body and keeps nothing of it.
#[faas::http(POST, "/count")]
async fn count(request: Request) -> Result<String, Error> {
    let pieces = request.into_body().into_data_stream();
    let bytes = pieces
        .try_fold(0, |sum, piece| async move { Ok(sum + piece.len()) })
        .await?;
    Ok(bytes.to_string())
}

/// Looks at nothing of the body, and answers once the gate is opened.
#[faas::http(POST, "/ignore/{gate}")]
async fn ignore(Path(gate): Path<String>, State(gates): State<Gates>) -> &'static str {
    gates.pass(&gate).await;
    "ignored"
}

#[derive(Deserialize)]
struct Basket {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    price: u64,
}

#[derive(Serialize)]
struct Total {
    total: u64,
}

#[faas::http(POST, "/total")]
async fn total(Json(basket): Json<Basket>) -> Json<Total> {
    Json(Total {
        total: basket.items.iter().map(|item| item.price).sum(),
    })
}

/// Notes one line in the log.
#[faas::http(GET, "/note")]
async fn note() -> &'static str {
    tracing::info!(order = 7, "noted by the specimen");
    "noted"
}

/// Notes one line on a thread of the blocking pool.
#[faas::http(GET, "/note/sync")]
fn note_sync() -> &'static str {
    tracing::info!("noted by a sync handler");
    "noted"
}

/// Tells who asks, and with what.
#[faas::http(GET, "/caller")]
async fn caller(headers: HeaderMap, ClientAddr(client): ClientAddr) -> String {
    let credential = headers.get(header::AUTHORIZATION);
    let credential = credential.and_then(|value| value.to_str().ok());
    format!("{} from {client}", credential.unwrap_or("nobody"))
}

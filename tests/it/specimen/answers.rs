//! Answers that come whole, in pieces, as events, or that leave HTTP behind.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use faas::{Path, State};
use futures_util::{Stream, StreamExt, stream};

use crate::gates::Gates;

#[faas::http(GET, "/good")]
async fn good() -> &'static str {
    "good"
}

/// What a smuggled request would reach.
#[faas::http("/smuggled")]
async fn smuggled() -> &'static str {
    "smuggled"
}

/// Answers once the gate is opened.
#[faas::http("/hold/{gate}")]
async fn hold(Path(gate): Path<String>, State(gates): State<Gates>) -> &'static str {
    gates.pass(&gate).await;
    "held"
}

/// Sends `first`, and `last` once the gate is opened.
#[faas::http(GET, "/pieces/{gate}")]
async fn pieces(Path(gate): Path<String>, State(gates): State<Gates>) -> Body {
    Body::from_stream(first_and_last(gate, gates).map(Ok::<_, Infallible>))
}

/// The same two as server-sent events.
#[faas::http(GET, "/events/{gate}")]
async fn events(
    Path(gate): Path<String>,
    State(gates): State<Gates>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(first_and_last(gate, gates).map(|piece| {
        let data = String::from_utf8_lossy(&piece).into_owned();
        Ok(Event::default().event("piece").data(data))
    }))
}

fn first_and_last(gate: String, gates: Arc<Gates>) -> impl Stream<Item = Bytes> + Send {
    let last = async move {
        gates.pass(&gate).await;
        Bytes::from_static(b"last")
    };
    stream::iter([Bytes::from_static(b"first")]).chain(stream::once(last))
}

/// Answers with so many bytes in one piece.
#[faas::http(GET, "/large/{bytes}")]
async fn large(Path(bytes): Path<usize>) -> String {
    "x".repeat(bytes)
}

/// Sends as much as the client takes.
#[faas::http(GET, "/flood")]
async fn flood() -> Body {
    let piece = Bytes::from_static(&[b'x'; 16 * 1024]);
    Body::from_stream(stream::repeat(piece).map(Ok::<_, Infallible>))
}

/// Sends every message of the client back.
#[faas::http(GET, "/socket")]
async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo).into_response()
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        // the others are answered by the library
        let is_content = matches!(message, Message::Text(_) | Message::Binary(_));
        if is_content && socket.send(message).await.is_err() {
            return;
        }
    }
}

//! What of a request reaches a handler: path, headers, cookies, body, context.

use std::collections::BTreeMap;

use axum::response::{AppendHeaders, IntoResponse};
use bytes::Bytes;
use faas::{Context, Json, Path};
use http::{HeaderMap, HeaderName, header};
use serde::Serialize;

#[derive(Serialize)]
struct Greeting {
    greeting: String,
}

#[faas::http(GET, "/hello/{name}")]
async fn hello(Path(name): Path<String>) -> Json<Greeting> {
    Json(Greeting {
        greeting: format!("hello {name}"),
    })
}

/// Answers with the body and its content type.
#[faas::http("/echo")]
async fn echo(headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let content_type = headers.get(header::CONTENT_TYPE).cloned();
    (
        content_type.map(|value| [(header::CONTENT_TYPE, value)]),
        body,
    )
}

#[faas::http(GET, "/headers")]
async fn headers(headers: HeaderMap) -> Json<BTreeMap<String, Vec<String>>> {
    let names = headers.keys();
    Json(
        names
            .map(|name| (name.to_string(), values(&headers, name)))
            .collect(),
    )
}

/// Tells the cookies that came, and sets two.
#[faas::http("/cookies")]
async fn cookies(headers: HeaderMap) -> impl IntoResponse {
    let set = [
        (header::SET_COOKIE, "first=1; Path=/"),
        (header::SET_COOKIE, "second=2; HttpOnly"),
    ];
    (AppendHeaders(set), Json(values(&headers, &header::COOKIE)))
}

#[derive(Serialize)]
struct Facts {
    invocation_id: String,
    function: &'static str,
    trigger: &'static str,
    platform: &'static str,
    attempt: Option<u32>,
    remaining_ms: Option<u128>,
    cold_start: bool,
    trace: Option<String>,
    client_address: Option<String>,
    /// Tells whether two invocations were served by one process.
    pid: u32,
}

#[faas::http(GET, "/context")]
async fn context(cx: Context) -> Json<Facts> {
    Json(Facts {
        invocation_id: cx.invocation_id().to_owned(),
        function: cx.function(),
        trigger: cx.trigger(),
        platform: cx.platform(),
        attempt: cx.attempt(),
        remaining_ms: cx.remaining().map(|left| left.as_millis()),
        cold_start: cx.cold_start(),
        trace: cx.trace().map(|trace| trace.trace_id_hex().to_string()),
        client_address: cx.client_address().map(|address| address.to_string()),
        pid: std::process::id(),
    })
}

fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.get_all(name).iter().map(text).collect()
}

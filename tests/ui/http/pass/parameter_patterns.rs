//! Any pattern, any extractor, with and without parameters.

use axum::extract::{Path, Query};
use axum::http::Method;
use faas::State;

struct Db;

#[faas::http(GET, "/orders/{id}")]
async fn order(State(_db): State<Db>, Path(id): Path<u64>) -> String {
    id.to_string()
}

#[faas::http(GET | HEAD, "/orders", name = "list-orders", timeout = "2s", concurrency = 4, rate = "50/s", memory = "64MiB")]
async fn orders(_: Method, mut query: Query<Vec<(String, String)>>) -> &'static str {
    query.0.clear();
    "none"
}

#[faas::http("/files/{*rest}")]
fn file(Path(rest): Path<String>) -> String {
    rest
}

#[faas::http(POST, "/echo")]
async fn echo(body: String) -> impl axum::response::IntoResponse {
    body
}

#[faas::http(DELETE, "/orders")]
fn delete() {}

fn main() {}

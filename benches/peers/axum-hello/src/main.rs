//! axum with a path extractor and a JSON answer, served as its documentation shows it.

use std::env;
use std::io;

use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};

#[derive(serde::Serialize)]
struct Out {
    greeting: String,
}

async fn hello(Path(name): Path<String>) -> Json<Out> {
    Json(Out {
        greeting: format!("hello {name}"),
    })
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let port = env::var("PORT").map_err(io::Error::other)?;
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, Router::new().route("/hello/{name}", get(hello))).await
}

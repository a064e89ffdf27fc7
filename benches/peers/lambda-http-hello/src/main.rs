//! lambda_http with an axum router, one thread.

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_http::run(Router::new().route("/hello/{name}", get(hello))).await
}

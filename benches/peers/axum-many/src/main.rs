//! Three hundred handlers of axum.

use std::io;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};

#[derive(serde::Deserialize, serde::Serialize)]
struct Order {
    id: u64,
    item: String,
}

struct Db;

impl Db {
    fn put(&self, id: u64, order: Order) -> Result<Order, StatusCode> {
        let item = order.item;
        Ok(Order { id, item })
    }
}

include!(concat!(env!("OUT_DIR"), "/handlers.rs"));

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    axum::serve(listener, router().with_state(Arc::new(Db))).await
}

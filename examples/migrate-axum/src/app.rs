//! An axum application as it was before: its own state, layers and fallback. It knows nothing of `faas`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tower_http::set_header::SetResponseHeaderLayer;

/// What the handlers share.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub(crate) books: Vec<Book>,
}

/// A book.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Book {
    pub(crate) isbn: &'static str,
    pub(crate) title: &'static str,
}

impl Catalogue {
    pub(crate) fn load() -> Self {
        Self {
            books: vec![
                Book {
                    isbn: "9780132350884",
                    title: "Clean Code",
                },
                Book {
                    isbn: "9780201633610",
                    title: "Design Patterns",
                },
            ],
        }
    }
}

// ANCHOR: router
/// The router that `axum::serve` was given.
pub(crate) fn router(catalogue: Arc<Catalogue>) -> Router {
    Router::new()
        .route("/books", get(books))
        .route("/authors/{name}", get(author))
        .fallback(not_found)
        .layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static("x-served-by"),
            HeaderValue::from_static("the old app"),
        ))
        .with_state(catalogue)
}
// ANCHOR_END: router

async fn books(State(catalogue): State<Arc<Catalogue>>) -> Json<Vec<Book>> {
    Json(catalogue.books.clone())
}

async fn author(Path(name): Path<String>) -> String {
    format!("{name} has written nothing that we sell\n")
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing here, says the old app\n")
}

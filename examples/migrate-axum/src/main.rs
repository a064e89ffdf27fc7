//! An axum application on `faas`: mounted whole by three lines, then moved route by route.

mod app;

use std::process::ExitCode;

use faas::{Error, Json, Path, State};

use crate::app::{Book, Catalogue};

// ANCHOR: mount
/// What `main` used to build before `axum::serve`.
#[faas::resource]
fn catalogue() -> Catalogue {
    Catalogue::load()
}

// Day one, three lines: everything that the old router answers is a function now.
#[faas::http(mount = "/")]
fn legacy(State(catalogue): State<Catalogue>) -> axum::Router {
    app::router(catalogue)
}
// ANCHOR_END: mount

// ANCHOR: moved
/// Day two: a route of its own, with limits of its own. It was deleted in `app::router`.
#[faas::http(GET, "/books/{isbn}", timeout = "1s")]
async fn book(
    State(catalogue): State<Catalogue>,
    Path(isbn): Path<String>,
) -> Result<Json<Book>, Error> {
    let found = catalogue.books.iter().find(|book| book.isbn == isbn);
    found.cloned().map(Json).ok_or_else(|| {
        Error::status(
            axum::http::StatusCode::NOT_FOUND,
            format!("no book has the ISBN {isbn}"),
        )
    })
}
// ANCHOR_END: moved

// ANCHOR: main
fn main() -> ExitCode {
    faas::run()
}
// ANCHOR_END: main

#[cfg(test)]
mod tests {
    //! Old and new routes side by side.

    use axum::http::Request;
    use faas::testing::{Answer, App};

    async fn get(path: &str) -> Answer {
        let app = App::new().start().await;
        app.http(Request::get(path).body("").unwrap()).await
    }

    #[tokio::test]
    async fn the_old_routes_keep_their_layers() {
        let answer = get("/books").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("x-served-by"), "the old app");
    }

    #[tokio::test]
    async fn the_old_fallback_stays() {
        let answer = get("/nowhere").await;
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.text(), "nothing here, says the old app\n");
    }

    #[tokio::test]
    async fn the_moved_route_is_free_of_the_old_layers() {
        let answer = get("/books/9780132350884").await;
        assert_eq!(
            answer.text(),
            r#"{"isbn":"9780132350884","title":"Clean Code"}"#
        );
        assert_eq!(answer.header("x-served-by"), "");
        assert_eq!(get("/books/1").await.status(), 404);
    }
}

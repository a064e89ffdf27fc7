//! The service as its clients find it.

use faas::testing::{App, Channel};
use tonic::{Code, Request, Status};

use crate::library::wire::library_client::LibraryClient;
use crate::library::wire::{Book, GetBookRequest, ListBooksRequest};

async fn client() -> LibraryClient<Channel> {
    LibraryClient::new(App::new().start().await.grpc())
}

fn from_a_reader<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request
        .metadata_mut()
        .insert("reader", "7".parse().unwrap());
    request
}

async fn get(isbn: &str) -> Result<Book, Status> {
    let isbn = isbn.to_owned();
    let request = from_a_reader(GetBookRequest { isbn });
    Ok(client().await.get_book(request).await?.into_inner())
}

#[tokio::test]
async fn books_are_found() {
    assert_eq!(get("9780132350884").await.unwrap().title, "Clean Code");
    let missing = get("1").await.unwrap_err();
    assert_eq!(
        (missing.code(), missing.message()),
        (Code::NotFound, "no book has the ISBN 1")
    );
}

#[tokio::test]
async fn books_are_listed() {
    let request = from_a_reader(ListBooksRequest {});
    let mut books = client()
        .await
        .list_books(request)
        .await
        .unwrap()
        .into_inner();
    let mut titles = Vec::new();
    while let Some(book) = books.message().await.unwrap() {
        titles.push(book.title);
    }
    assert_eq!(titles, ["Clean Code", "Design Patterns"]);
}

#[tokio::test]
async fn the_interceptor_is_asked_as_before() {
    let request = ListBooksRequest {};
    let refused = client().await.list_books(request).await.unwrap_err();
    assert_eq!(
        (refused.code(), refused.message()),
        (Code::Unauthenticated, "readers only")
    );
}

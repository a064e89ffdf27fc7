//! A tonic service as it was before: its own state, an interceptor and a stream. It knows nothing of `faas`.

use std::vec;

use tonic::codegen::InterceptedService;
use tonic::codegen::tokio_stream::{self, Iter};
use tonic::service::Interceptor;
use tonic::{Request, Response, Status};

use self::wire::library_server::{Library, LibraryServer};
use self::wire::{Book, GetBookRequest, ListBooksRequest};

#[allow(
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    unused_qualifications,
    reason = "generated of proto/library.proto"
)]
pub(crate) mod wire {
    tonic::include_proto!("library.v1");
}

/// The books.
#[derive(Debug)]
pub(crate) struct Shelf {
    books: Vec<Book>,
}

// ANCHOR: server
/// The service with its interceptor.
pub(crate) type Server = InterceptedService<LibraryServer<Shelf>, ReadersOnly>;

pub(crate) fn server() -> Server {
    LibraryServer::with_interceptor(Shelf::load(), ReadersOnly)
}
// ANCHOR_END: server

/// Lets those in who have a reader's card.
#[derive(Clone, Debug)]
pub(crate) struct ReadersOnly;

impl Interceptor for ReadersOnly {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        match request.metadata().get("reader") {
            Some(_) => Ok(request),
            None => Err(Status::unauthenticated("readers only")),
        }
    }
}

impl Shelf {
    fn load() -> Self {
        let book = |isbn: &str, title: &str| Book {
            isbn: isbn.to_owned(),
            title: title.to_owned(),
        };
        Self {
            books: vec![
                book("9780132350884", "Clean Code"),
                book("9780201633610", "Design Patterns"),
            ],
        }
    }
}

#[tonic::async_trait]
impl Library for Shelf {
    async fn get_book(&self, request: Request<GetBookRequest>) -> Result<Response<Book>, Status> {
        let isbn = request.into_inner().isbn;
        let found = self.books.iter().find(|book| book.isbn == isbn);
        let book =
            found.ok_or_else(|| Status::not_found(format!("no book has the ISBN {isbn}")))?;
        Ok(Response::new(book.clone()))
    }

    type ListBooksStream = Iter<vec::IntoIter<Result<Book, Status>>>;

    async fn list_books(
        &self,
        _: Request<ListBooksRequest>,
    ) -> Result<Response<Self::ListBooksStream>, Status> {
        let books: Vec<_> = self.books.iter().cloned().map(Ok).collect();
        Ok(Response::new(tokio_stream::iter(books)))
    }
}

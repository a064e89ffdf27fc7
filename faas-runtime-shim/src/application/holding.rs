//! A body that holds something until it is over: a place, a report, the word that an answer is in progress.
//!
//! All else is the body's own, its length and its trailers included. What an invocation's end hangs on is in `response`.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};

/// A body with what is let go right behind it.
pub(crate) struct Holding<T> {
    // dropped first
    body: Body,
    _held: T,
}

impl<T> Holding<T> {
    pub(crate) fn new(body: Body, held: T) -> Self {
        Self { body, _held: held }
    }
}

impl<T: Unpin> HttpBody for Holding<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    //! What is held is held as long as the body is there, and the body is what it was.

    use std::convert::Infallible;
    use std::sync::Arc;

    use futures_util::FutureExt;
    use http::{HeaderMap, HeaderValue};
    use http_body_util::{BodyExt, StreamBody};

    use super::*;

    #[test]
    fn the_length_is_the_bodys_and_what_is_held_goes_with_it() {
        let place = Arc::new(());
        let body = Holding::new(Body::from("whole"), Arc::clone(&place));
        assert_eq!(body.size_hint().exact(), Some(5));
        assert!(!body.is_end_stream());
        assert_eq!(Arc::strong_count(&place), 2);
        drop(body);
        assert_eq!(Arc::strong_count(&place), 1);
        assert!(Holding::new(Body::empty(), ()).is_end_stream());
    }

    #[test]
    fn trailers_come_through() {
        let trailers = HeaderMap::from_iter([(
            "grpc-status".parse().unwrap(),
            HeaderValue::from_static("0"),
        )]);
        let frames = [
            Frame::data(Bytes::from_static(b"data")),
            Frame::trailers(trailers.clone()),
        ];
        let frames = futures_util::stream::iter(frames.map(Ok::<_, Infallible>));
        let body = Holding::new(Body::new(StreamBody::new(frames)), ());
        let collected = body.collect().now_or_never().unwrap().unwrap();
        assert_eq!(collected.trailers(), Some(&trailers));
        assert_eq!(collected.to_bytes(), "data");
    }
}

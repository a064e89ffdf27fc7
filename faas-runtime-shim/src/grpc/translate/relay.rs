//! A body that becomes another while it passes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame};

/// What becomes of a body's bytes. The relay asks for `next` until there is none, and takes more only then: so no more
/// than one piece and what one step makes of it is held.
pub(super) trait Translation: Send + Unpin + 'static {
    /// Takes a further piece.
    fn take(&mut self, piece: Bytes);

    /// What is ready to go out.
    fn next(&mut self) -> Option<Step>;

    /// The body has ended.
    fn end(&mut self, trailers: Option<HeaderMap>) -> Step;

    /// The body has broken off.
    fn broken(&mut self, error: axum::Error) -> Step;
}

/// What goes out.
#[derive(Debug)]
pub(super) enum Step {
    Pass(Bytes),
    /// The last of it; nothing is what there may be left to send.
    Last(Bytes),
    /// The body cannot go on.
    Break(BoxError),
}

/// The other body.
#[derive(Debug)]
pub(super) struct Relay<T> {
    /// None behind the end.
    body: Option<Body>,
    translation: T,
}

impl<T: Translation> Relay<T> {
    pub(super) fn body(body: Body, translation: T) -> Body {
        let body = Some(body);
        Body::new(Self { body, translation })
    }
}

impl<T: Translation> HttpBody for Relay<T> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            let Some(body) = &mut this.body else {
                return Poll::Ready(None);
            };
            let step = match this.translation.next() {
                Some(step) => step,
                None => match ready!(Pin::new(body).poll_frame(cx)) {
                    None => this.translation.end(None),
                    Some(Err(error)) => this.translation.broken(error),
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(piece) => {
                            this.translation.take(piece);
                            continue;
                        }
                        Err(frame) => this.translation.end(frame.into_trailers().ok()),
                    },
                },
            };
            let sent = match step {
                Step::Pass(bytes) => Ok(bytes),
                Step::Last(bytes) => {
                    this.body = None;
                    Ok(bytes)
                }
                Step::Break(error) => {
                    this.body = None;
                    Err(error)
                }
            };
            match sent {
                Ok(bytes) if bytes.is_empty() => {}
                sent => return Poll::Ready(Some(sent.map(Frame::data))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }
}

//! Bodies that are followed while they pass: nothing is held back, and each is kept up to a bound.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use bytes::BytesMut;
use http::HeaderMap;
use http_body::{Frame, SizeHint};

use super::tape::Running;
use crate::application::BrokenOff;
use crate::invocation::Failure;

/// What of a body has passed so far. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Reel {
    taken: Arc<Mutex<Taken>>,
    most: u64,
}

/// What of a body has passed.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    /// The pieces; none once they are more than is kept.
    pieces: Vec<Bytes>,
    /// How many bytes have passed.
    pub(super) length: u64,
    pub(super) trailers: Option<HeaderMap>,
    /// It has ended.
    pub(super) is_whole: bool,
    pub(super) broken_off: Option<Failure>,
    is_cut: bool,
}

impl Reel {
    /// Makes one that keeps up to `most` bytes.
    pub(super) fn new(most: u64) -> Self {
        Self {
            taken: Arc::default(),
            most,
        }
    }

    /// Follows a body.
    pub(super) fn follow(&self, body: Body) -> Body {
        if body.is_end_stream() {
            self.change(|taken| taken.is_whole = true);
            return body;
        }
        Body::new(Followed {
            body,
            reel: self.clone(),
            running: None,
        })
    }

    /// Follows a body with which the invocation ends.
    pub(super) fn follow_to_its_end(&self, body: Body, running: Running) -> Body {
        Body::new(Followed {
            body,
            reel: self.clone(),
            running: Some(running),
        })
    }

    pub(super) fn taken(&self) -> Taken {
        self.change(|taken| taken.clone())
    }

    fn pass(&self, frame: &Frame<Bytes>) {
        self.change(|taken| {
            if let Some(trailers) = frame.trailers_ref() {
                taken.trailers = Some(trailers.clone());
            }
            let Some(piece) = frame.data_ref() else {
                return;
            };
            taken.length = taken.length.saturating_add(piece.len() as u64);
            if taken.length > self.most {
                taken.is_cut = true;
                taken.pieces = Vec::new();
            } else if !piece.is_empty() {
                taken.pieces.push(piece.clone());
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut Taken) -> T) -> T {
        // nothing that holds the lock can panic
        change(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Taken {
    /// Returns the bytes; none if they were more than is kept.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        if self.is_cut {
            return None;
        }
        Some(match &self.pieces[..] {
            [whole] => whole.clone(),
            pieces => {
                let mut bytes = BytesMut::new();
                for piece in pieces {
                    bytes.extend_from_slice(piece);
                }
                bytes.freeze()
            }
        })
    }

    /// Returns how many bytes it holds.
    pub(super) fn size(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }
}

/// A body on its way.
struct Followed {
    body: Body,
    reel: Reel,
    /// The invocation, if it ends with this body.
    running: Option<Running>,
}

impl Followed {
    fn end(&mut self, end: impl FnOnce(&mut Taken)) {
        self.reel.change(end);
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

impl HttpBody for Followed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Pending => {}
            Poll::Ready(None) => self.end(|taken| taken.is_whole = true),
            Poll::Ready(Some(Ok(frame))) => self.reel.pass(frame),
            Poll::Ready(Some(Err(error))) => {
                let failure = BrokenOff::failure_in(error);
                self.end(|taken| taken.broken_off = Some(failure));
            }
        }
        polled.map_err(axum::Error::into_inner)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        // a server stops asking once it has as many bytes as the length says
        if self.body.is_end_stream() {
            self.end(|taken| taken.is_whole = true);
        } else if let Some(running) = self.running.take() {
            running.cancel();
        }
    }
}

//! Bodies on their way in and out: the request's within its limits, the response's with the mark that it is in progress.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use futures_util::FutureExt;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use super::front::Answer;
use crate::application::borders::Borders;
use crate::application::bounds::{Bounds, Fault};
use crate::application::holding::Holding;
use crate::application::late::{Told, tell};

/// A request's body that may neither grow past a limit nor pause for too long, unless its bounds are lifted.
pub(super) struct Limited {
    inner: Incoming,
    remaining: u64,
    patience: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    bounds: Bounds,
    /// Where the body is in its messages, if it has any that can be told apart.
    messages: Option<Borders>,
    has_ended: bool,
}

impl Limited {
    pub(super) fn new(
        body: Incoming,
        limit: u64,
        patience: Duration,
        bounds: Bounds,
        has_messages: bool,
    ) -> Self {
        Self {
            inner: body,
            remaining: limit,
            patience,
            pause: None,
            bounds,
            messages: has_messages.then(Borders::default),
            has_ended: false,
        }
    }

    /// Says whether the body may pause here for as long as it likes: between two messages of a stream.
    fn may_pause(&self) -> bool {
        self.bounds.is_patient() && self.messages.as_ref().is_none_or(Borders::is_between)
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        if !self.has_ended && !self.inner.is_end_stream() {
            self.bounds.abandon();
        }
    }
}

impl HttpBody for Limited {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            if let Some(pause) = &mut this.pause {
                pause.as_mut().reset(next(this.patience));
            }
            this.has_ended = frame.is_none();
            if let Some(Ok(frame)) = &frame
                && let Some(data) = frame.data_ref()
            {
                if let Some(messages) = &mut this.messages {
                    messages.pass(data);
                }
                match this.remaining.checked_sub(data.len() as u64) {
                    Some(remaining) => this.remaining = remaining,
                    None if this.bounds.is_lifted() => {}
                    None => {
                        this.remaining = 0;
                        this.bounds.give_up(Fault::Large);
                        return Poll::Ready(Some(Err(too_long())));
                    }
                }
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        if this.may_pause() {
            this.pause = None;
            return Poll::Pending;
        }
        let patience = this.patience;
        let pause = this.pause.get_or_insert_with(|| Box::pin(sleep(patience)));
        if pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.bounds.give_up(Fault::Late);
        Poll::Ready(Some(Err(format!(
            "the request's body paused for more than {patience:?}"
        )
        .into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Makes the error by whose type axum's extractors know a body that is too long; its own crate alone can make one.
#[cold]
fn too_long() -> BoxError {
    let one_too_many = http_body_util::Limited::new(Full::new(Bytes::from_static(b"-")), 0);
    match one_too_many.collect().now_or_never() {
        Some(Err(error)) => error,
        _ => "the request's body is too long".into(),
    }
}

fn next(patience: Duration) -> Instant {
    Instant::now() + patience
}

/// A response's body that tells the connection when it has ended.
pub(super) type Sealed = Holding<InProgress>;

/// The mark that an answer is in progress; gone, the connection knows that it has ended.
pub(super) struct InProgress {
    _answer: Answer,
}

impl InProgress {
    pub(super) fn new(answer: Answer) -> Self {
        Self { _answer: answer }
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        tell(Told::Free);
    }
}

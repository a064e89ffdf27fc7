//! Bodies on their way in and out: the request's within its limits, the response's with the mark that it is in progress.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::LengthLimitError;
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use super::front::Answer;

/// A request's body that may neither grow past a limit nor pause for too long.
pub(super) struct Limited {
    inner: http_body_util::Limited<Incoming>,
    patience: Duration,
    pause: Option<Pin<Box<Sleep>>>,
    broken: Arc<Broken>,
}

impl Limited {
    pub(super) fn new(body: Incoming, limit: u64, patience: Duration, broken: Arc<Broken>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            inner: http_body_util::Limited::new(body, limit),
            patience,
            pause: None,
            broken,
        }
    }
}

/// Why a body was given up, for whoever answers.
#[derive(Debug, Default)]
pub(super) struct Broken(AtomicU8);

/// What was wrong with a body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// It paused for too long.
    Late = 1,
    /// It grew past the limit.
    Large = 2,
}

impl Broken {
    pub(super) fn fault(&self) -> Option<Fault> {
        [Fault::Late, Fault::Large]
            .into_iter()
            .find(|fault| *fault as u8 == self.0.load(Ordering::Relaxed))
    }

    fn set(&self, fault: Fault) {
        self.0.store(fault as u8, Ordering::Relaxed);
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
            if let Some(Err(error)) = &frame
                && error.is::<LengthLimitError>()
            {
                this.broken.set(Fault::Large);
            }
            if let Some(pause) = &mut this.pause {
                pause.as_mut().reset(next(this.patience));
            }
            return Poll::Ready(frame);
        }
        let patience = this.patience;
        let pause = this.pause.get_or_insert_with(|| Box::pin(sleep(patience)));
        if pause.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.broken.set(Fault::Late);
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

fn next(patience: Duration) -> Instant {
    Instant::now() + patience
}

/// A response's body that tells the connection when it has ended.
pub(super) struct Sealed {
    body: Body,
    _in_progress: Answer,
}

impl Sealed {
    pub(super) fn new(body: Body, in_progress: Answer) -> Self {
        Self {
            body,
            _in_progress: in_progress,
        }
    }
}

impl HttpBody for Sealed {
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

//! Answers whose client does not read: hyper asks a body for no more while its window is closed, so their deadlines are
//! kept from outside.
//!
//! HTTP/2 answers each request in a task of its own, which [`Streams`] ends: h2 then resets the stream. HTTP/1.1 answers in
//! the connection's task, which asks its own [`Deadline`].

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::rt::Executor;
use pin_project_lite::pin_project;

use super::Service;
use crate::application::late::Deadline;

/// Where hyper runs the streams of a connection.
pub(super) struct Streams<S>(Arc<S>);

impl<S> Streams<S> {
    pub(super) fn of(service: Arc<S>) -> Self {
        Self(service)
    }
}

impl<S> Clone for Streams<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, F> Executor<F> for Streams<S>
where
    S: Service,
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, answering: F) {
        tokio::spawn(Stream {
            answering,
            deadline: Deadline::default(),
            service: Arc::clone(&self.0),
        });
    }
}

pin_project! {
    /// One stream, until it is answered or its deadline has passed.
    struct Stream<S, F> {
        #[pin]
        answering: F,
        deadline: Deadline,
        service: Arc<S>,
    }
}

impl<S: Service, F: Future<Output = ()>> Future for Stream<S, F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if this.deadline.watch(|| this.answering.poll(cx)).is_ready() {
            return Poll::Ready(());
        }
        match this.deadline.is_over(this.service.clock(), cx) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

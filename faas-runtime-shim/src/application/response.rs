//! Answers with bodies under the guard: an invocation ends when the *body* of its response, or of its streamed reply, has
//! ended or been dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::IntoResponse;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::{Frame, SizeHint};

use super::broken::BrokenOff;
use super::guard::{Answer, Ticket};
use super::late::{Late, Term};
use crate::error::{Error, Reported, problem};
use crate::invocation::{Failure, FailureKind};
use crate::telemetry::metrics::OutcomeKind;

impl Answer for Response<Body> {
    fn failed(failure: Failure) -> Self {
        let mut response = match failure.kind {
            FailureKind::Deadline => problem(StatusCode::GATEWAY_TIMEOUT, None),
            FailureKind::RetryAfter(delay) => {
                Error::retry_after(delay, failure.message).into_response()
            }
            // nobody knows when a place falls free
            FailureKind::Overload | FailureKind::NotAttempted => overloaded(1),
            FailureKind::Reject | FailureKind::Unroutable => {
                problem(StatusCode::BAD_REQUEST, Some(&failure.message))
            }
            FailureKind::Retry | FailureKind::Panic => {
                problem(StatusCode::INTERNAL_SERVER_ERROR, None)
            }
        };
        response.extensions_mut().insert(Broken(failure.kind));
        response
    }

    fn kind(&self) -> OutcomeKind {
        if !self.status().is_server_error() {
            return OutcomeKind::Success;
        }
        match self.extensions().get::<Broken>() {
            Some(Broken(kind)) => (*kind).into(),
            None => OutcomeKind::Retry,
        }
    }

    fn seal(mut self, mut ticket: Ticket) -> Self {
        if let Some(Reported(chain)) = self.extensions_mut().remove::<Reported>()
            && self.status().is_server_error()
        {
            ticket.run(|| tracing::error!("{chain}")).ok();
        }
        let kind = self.kind();
        if self.body().is_end_stream() || ticket.is_head_only() {
            ticket.settle(kind);
            return self;
        }
        self.map(|body| guarded(body, ticket, kind))
    }
}

/// Lets the ticket travel on with a body; an invocation whose body is whole counts as `kind`.
pub(super) fn guarded(body: Body, ticket: Ticket, kind: OutcomeKind) -> Body {
    Body::new(Guarded {
        body,
        term: Term::of(&ticket),
        ticket: Some(ticket),
        kind,
    })
}

/// Marks a response that the guard made, not the handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Broken(pub(crate) FailureKind);

/// The 503 of an instance that has no room.
pub(crate) fn overloaded(seconds: u64) -> Response<Body> {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, None);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A body that carries its invocation's ticket.
struct Guarded {
    body: Body,
    term: Term,
    ticket: Option<Ticket>,
    kind: OutcomeKind,
}

impl Guarded {
    fn end(&mut self, kind: OutcomeKind) {
        if let Some(mut ticket) = self.ticket.take() {
            let body = std::mem::take(&mut self.body);
            // a body given up half-way still runs its destructors as this invocation, and they may panic too
            let _ = ticket.run(|| drop(body));
            ticket.settle(kind);
        }
    }

    /// Ends the invocation of a body that is whole: nothing of it is given up.
    fn end_whole(&mut self) {
        if let Some(mut ticket) = self.ticket.take() {
            ticket.settle(self.kind);
        }
    }

    fn late(&mut self) {
        if let Some(ticket) = &self.ticket {
            ticket.run(|| tracing::warn!("{Late}")).ok();
        }
        self.end(OutcomeKind::Deadline);
    }
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let Some(ticket) = &this.ticket else {
            return Poll::Ready(None);
        };
        let whole = this.body.is_end_stream();
        let body = Pin::new(&mut this.body);
        let polled = this.term.poll(ticket, whole, cx, |cx| {
            match ticket.run(|| body.poll_frame(cx)) {
                Ok(polled) => polled.map(Ok),
                Err(failure) => Poll::Ready(Err(failure)),
            }
        });
        match polled {
            None => {
                this.late();
                Poll::Ready(Some(Err(Late.into())))
            }
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(Ok(Some(Ok(frame))))) => Poll::Ready(Some(Ok(frame))),
            Some(Poll::Ready(Ok(Some(Err(error))))) => {
                ticket
                    .run(|| tracing::error!("the response body broke off: {error}"))
                    .ok();
                this.end(BrokenOff::failure_in(&error).kind.into());
                Poll::Ready(Some(Err(error.into())))
            }
            Some(Poll::Ready(Ok(None))) => {
                this.end(this.kind);
                Poll::Ready(None)
            }
            Some(Poll::Ready(Err(failure))) => {
                this.end(OutcomeKind::Panic);
                Poll::Ready(Some(Err(BrokenOff(failure).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let Some(ticket) = &self.ticket else {
            return;
        };
        if self.body.is_end_stream() {
            // a server stops asking once it has as many bytes as the length says
            self.end_whole();
        } else if self.term.is_over(ticket) {
            // the server has given it up: the client did not read
            self.late();
        } else {
            self.end(OutcomeKind::Cancelled);
        }
    }
}

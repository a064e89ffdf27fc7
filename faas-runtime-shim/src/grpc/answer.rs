//! Answers of gRPC under the guard: the status is in the trailers, so an invocation ends, and is counted, with them.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status};

use super::failure;
use super::status::GRPC_STATUS;
use crate::application::guard::{Answer, Ticket};
use crate::application::late::Term;
use crate::invocation::{Failure, FailureKind};
use crate::telemetry::metrics::OutcomeKind;

/// A native answer.
pub(super) struct CallAnswer(pub(super) Response<Body>);

impl Answer for CallAnswer {
    fn failed(failure: Failure) -> Self {
        let mut response = failure::refused(&status_of(&failure));
        response.extensions_mut().insert(Broken(failure.kind));
        Self(response)
    }

    fn kind(&self) -> OutcomeKind {
        match self.0.extensions().get::<Broken>() {
            Some(Broken(kind)) => (*kind).into(),
            None => kind_of(self.0.headers()),
        }
    }

    fn seal(self, mut ticket: Ticket) -> Self {
        let kind = self.kind();
        let response = self.0;
        let has_status = response.headers().contains_key(Status::GRPC_STATUS);
        let status = response.extensions().get::<Status>();
        if let Some(chain) = status.and_then(failure::untold) {
            ticket.run(|| tracing::error!("{chain}")).ok();
        }
        if response.body().is_end_stream() {
            ticket.settle(kind);
            return Self(response);
        }
        Self(response.map(|body| {
            Body::new(Guarded {
                body,
                term: Term::of(&ticket),
                ticket: Some(ticket),
                kind,
                has_status,
            })
        }))
    }
}

/// Marks an answer that the guard made, not the handler.
#[derive(Clone, Copy, Debug)]
struct Broken(FailureKind);

/// What a caller is told of an invocation that broke: nothing internal.
fn status_of(failure: &Failure) -> Status {
    match failure.kind {
        FailureKind::Deadline => Status::deadline_exceeded("the deadline passed"),
        FailureKind::Overload | FailureKind::NotAttempted | FailureKind::RetryAfter(_) => {
            Status::unavailable("the service is overloaded")
        }
        FailureKind::Reject | FailureKind::Unroutable => {
            Status::invalid_argument(failure.message.as_str())
        }
        FailureKind::Retry | FailureKind::Panic => Status::internal("internal error"),
    }
}

/// What is counted, by the status in a head without messages or in trailers; without one it has not ended.
///
/// Which codes are failures of the server: OpenTelemetry, Semantic conventions for gRPC, server span status.
fn kind_of(fields: &HeaderMap) -> OutcomeKind {
    let Some(code) = fields.get(GRPC_STATUS) else {
        return OutcomeKind::Success;
    };
    match Code::from_bytes(code.as_bytes()) {
        Code::DeadlineExceeded => OutcomeKind::Deadline,
        Code::Unknown
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => OutcomeKind::Retry,
        Code::Ok
        | Code::Cancelled
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unauthenticated => OutcomeKind::Success,
    }
}

/// A native body that carries its invocation's ticket. Whatever breaks it becomes trailers.
struct Guarded {
    body: Body,
    term: Term,
    ticket: Option<Ticket>,
    kind: OutcomeKind,
    /// The head has told how the call ended; else the trailers have to.
    has_status: bool,
}

impl Guarded {
    fn end(&mut self, kind: OutcomeKind) {
        if let Some(mut ticket) = self.ticket.take() {
            let body = std::mem::take(&mut self.body);
            // a stream given up half-way still runs its destructors as this invocation, and they may panic too
            let _ = ticket.run(|| drop(body));
            ticket.settle(kind);
        }
    }

    fn late(&mut self) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.say_late();
        let status = Status::deadline_exceeded("the deadline passed");
        self.broken(OutcomeKind::Deadline, &status)
    }

    fn say_late(&self) {
        if let Some(ticket) = &self.ticket {
            let warn = || tracing::warn!("the deadline passed while the answer was sent");
            ticket.run(warn).ok();
        }
    }

    /// Ends the stream with a status of our own.
    fn broken(
        &mut self,
        kind: OutcomeKind,
        status: &Status,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.end(kind);
        let mut trailers = HeaderMap::new();
        // it has neither details nor metadata, so nothing of it can be malformed
        let _ = status.add_header(&mut trailers);
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
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
            None => this.late(),
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(Ok(Some(Ok(frame))))) => {
                if let Some(trailers) = frame.trailers_ref() {
                    let kind = kind_of(trailers);
                    this.end(kind);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Some(Poll::Ready(Ok(Some(Err(error))))) => {
                ticket
                    .run(|| tracing::error!("the answer broke off: {error}"))
                    .ok();
                this.broken(OutcomeKind::Retry, &Status::internal("internal error"))
            }
            Some(Poll::Ready(Ok(None))) if this.has_status => {
                this.end(this.kind);
                Poll::Ready(None)
            }
            Some(Poll::Ready(Ok(None))) => {
                ticket
                    .run(|| tracing::error!("the answer ended without a status"))
                    .ok();
                this.broken(OutcomeKind::Retry, &Status::internal("internal error"))
            }
            Some(Poll::Ready(Err(_))) => {
                this.broken(OutcomeKind::Panic, &Status::internal("internal error"))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ticket.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let Some(ticket) = &self.ticket else {
            return;
        };
        if self.term.is_over(ticket) {
            // the server has given it up: the caller did not read
            self.say_late();
            self.end(OutcomeKind::Deadline);
        } else {
            // the caller went away, or its connection
            self.end(OutcomeKind::Cancelled);
        }
    }
}

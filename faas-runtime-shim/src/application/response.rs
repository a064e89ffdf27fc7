//! HTTP answers under the guard: an invocation ends when the response's *body* has ended or been dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::response::IntoResponse;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Response, StatusCode, header};
use http_body::{Frame, SizeHint};

use super::guard::{Answer, Ticket};
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
            FailureKind::Overload | FailureKind::NotAttempted => {
                problem(StatusCode::SERVICE_UNAVAILABLE, None)
            }
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
        self.map(|body| {
            Body::new(Guarded {
                body,
                deadline: ticket.deadline().map(|_| None),
                ticket: Some(ticket),
                kind,
            })
        })
    }
}

/// Marks a response that the guard made, not the handler.
#[derive(Clone, Copy, Debug)]
struct Broken(FailureKind);

/// The 503 of an instance that has no room.
pub(crate) fn overloaded(seconds: u64) -> Response<Body> {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, None);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Why a response body broke off: an adapter that has sent nothing yet can still answer with 504.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the deadline passed in the response body")]
pub(crate) struct Late;

impl Late {
    /// Finds it in a body's error, below whatever layers have wrapped around it.
    #[cfg_attr(
        not(feature = "aws-lambda"),
        expect(dead_code, reason = "only for adapters that gather bodies")
    )]
    pub(crate) fn is_in(error: &axum::Error) -> bool {
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

/// A response body that carries its invocation's ticket.
struct Guarded {
    body: Body,
    /// `None`: no deadline; `Some(None)`: not armed yet.
    deadline: Option<Option<BoxFuture<'static, ()>>>,
    ticket: Option<Ticket>,
    kind: OutcomeKind,
}

impl Guarded {
    fn end(&mut self, kind: OutcomeKind) {
        if let Some(mut ticket) = self.ticket.take() {
            ticket.settle(kind);
        }
    }

    fn past_deadline(&mut self, cx: &mut Context<'_>) -> bool {
        let (Some(timer), Some(ticket)) = (&mut self.deadline, &self.ticket) else {
            return false;
        };
        let Some(deadline) = ticket.deadline() else {
            return false;
        };
        timer
            .get_or_insert_with(|| ticket.context().application().clock().sleep_until(deadline))
            .as_mut()
            .poll(cx)
            .is_ready()
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
        let body = Pin::new(&mut this.body);
        match ticket.run(|| body.poll_frame(cx)) {
            Ok(Poll::Ready(Some(Ok(frame)))) => Poll::Ready(Some(Ok(frame))),
            Ok(Poll::Ready(Some(Err(error)))) => {
                ticket
                    .run(|| tracing::error!("the response body broke off: {error}"))
                    .ok();
                this.end(OutcomeKind::Retry);
                Poll::Ready(Some(Err(error.into())))
            }
            Ok(Poll::Ready(None)) => {
                this.end(this.kind);
                Poll::Ready(None)
            }
            Ok(Poll::Pending) => {
                if !this.past_deadline(cx) {
                    return Poll::Pending;
                }
                if let Some(ticket) = &this.ticket {
                    ticket.run(|| tracing::warn!("{Late}")).ok();
                }
                this.end(OutcomeKind::Deadline);
                Poll::Ready(Some(Err(Late.into())))
            }
            Err(failure) => {
                this.end(OutcomeKind::Panic);
                Poll::Ready(Some(Err(failure.message.into())))
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
        // a server stops asking once it has as many bytes as the length says
        let kind = if self.body.is_end_stream() {
            self.kind
        } else {
            OutcomeKind::Cancelled
        };
        self.end(kind);
    }
}

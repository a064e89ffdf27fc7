//! Answers under the guard: an invocation ends when its answer is written into memory, whenever the client reads it.

use std::fmt;

use bytes::BytesMut;

use super::Fault;
use super::message::Question;
use super::wire::Kind;
use crate::application::guard::{self, Ticket};
use crate::invocation::Failure;
use crate::telemetry::metrics::OutcomeKind;

/// What a call is answered with; only a [`Call`](super::Call) makes it.
pub struct Answer(Content);

enum Content {
    /// A whole message in its framing.
    Message(BytesMut),
    Nothing,
    /// A message that is still to be written: who makes it need not know the call.
    Fault(Fault),
}

impl Answer {
    pub(super) fn message(bytes: BytesMut) -> Self {
        Self(Content::Message(bytes))
    }

    pub(super) fn nothing() -> Self {
        Self(Content::Nothing)
    }

    pub(super) fn fault(fault: Fault) -> Self {
        Self(Content::Fault(fault))
    }

    /// Returns the bytes of the answer to `question`; none answer it if there is nothing to say.
    pub(super) fn into_bytes(self, question: &Question) -> Option<BytesMut> {
        match self.0 {
            Content::Message(bytes) => Some(bytes),
            Content::Nothing => None,
            // a text and a number, for which every protocol has a place
            Content::Fault(fault) => question
                .clone()
                .answer(Kind::Exception, &fault.exception(), BytesMut::new())
                .ok(),
        }
    }
}

impl guard::Answer for Answer {
    fn failed(failure: Failure) -> Self {
        Self::fault(failure.into())
    }

    fn kind(&self) -> OutcomeKind {
        match &self.0 {
            Content::Message(_) | Content::Nothing => OutcomeKind::Success,
            Content::Fault(fault) => fault.outcome(),
        }
    }

    fn seal(mut self, mut ticket: Ticket) -> Self {
        if let Content::Fault(fault) = &mut self.0
            && let Some(report) = fault.take_report()
        {
            ticket.run(|| tracing::error!("{report}")).ok();
        }
        ticket.settle(self.kind());
        self
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Message(bytes) => f.debug_tuple("Message").field(&bytes.len()).finish(),
            Content::Nothing => f.write_str("Nothing"),
            Content::Fault(fault) => fault.fmt(f),
        }
    }
}

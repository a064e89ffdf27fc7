//! The canonical model: what an invocation is, whatever brought it, and what comes of it.
//!
//! Adapters and sources make [`Facts`] and a [`Payload`] (or an HTTP request), the application makes the [`Context`], and
//! the function's answer is an [`Outcome`]. No type here knows a platform.

mod context;
mod details;
mod id;
mod outcome;

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;

pub use self::context::{Context, Parts};
pub use self::details::{Credentials, Details, RawJson};
pub use self::id::InvocationId;
pub use self::outcome::{Failure, FailureKind, Outcome, Reply};
use crate::clock::Moment;
use crate::trace::TraceContext;

/// What an adapter or a source knows of an invocation before a function is chosen for it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The platform's id of the invocation, or one of our own.
    pub id: InvocationId,
    /// Which attempt this is, the first being 1, where the platform tells.
    pub attempt: Option<u32>,
    /// When the answer has to be there, already shortened by the platform's margin.
    pub deadline: Option<Moment>,
    /// How long the head of an HTTP response may take, where that is bounded apart from its body.
    pub head_timeout: Option<Duration>,
    /// The address at the other end of the connection, where there is one.
    pub peer: Option<IpAddr>,
    /// The trace that the invocation belongs to.
    pub trace: Option<TraceContext>,
    /// What else the platform tells; boxed, since most invocations have none.
    pub details: Option<Box<Details>>,
}

/// The bytes that an event invocation brings.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    /// The body as it came.
    pub body: Bytes,
    /// Its media type, where the sender told one.
    pub media_type: Option<Cow<'static, str>>,
}

impl Payload {
    /// Makes a JSON payload.
    #[must_use]
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            media_type: Some(Cow::Borrowed("application/json")),
        }
    }
}

/// Where the parameters of an event function find the payload: the one that takes it leaves nothing behind.
#[derive(Debug)]
pub struct Slot(Option<Payload>);

impl Slot {
    /// Makes a slot with a payload in it.
    #[must_use]
    pub fn new(payload: Payload) -> Self {
        Self(Some(payload))
    }

    /// Makes a slot for what has no payload, such as the start of an application.
    #[must_use]
    pub fn empty() -> Self {
        Self(None)
    }

    /// Takes the payload out; `None` the second time.
    pub fn take(&mut self) -> Option<Payload> {
        self.0.take()
    }
}

//! The canonical model: what an invocation is, whatever brought it, and what comes of it.
//!
//! Adapters and sources make [`Facts`] and an [`Input`] (or an HTTP request), the application makes the [`Context`], and
//! the function's answer is an [`Outcome`]. What comes in batches or has to be looked up goes as an [`Arrival`]. No type here
//! knows a platform.

mod context;
mod delivery;
mod details;
mod events;
mod id;
mod input;
mod outcome;
mod task;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::context::{Context, Parts};
pub use self::delivery::{Attributes, Batch, Delivery, Ledger};
pub use self::details::{Credentials, Details, RawJson};
pub use self::events::{ChangeEvent, ChangeKind, ObjectEvent, ObjectKind, Tick};
pub use self::id::InvocationId;
pub use self::input::{Address, Arrival, Input, Item, Slot};
pub(crate) use self::outcome::Place;
pub use self::outcome::{Failure, FailureKind, Outcome, Reply, ReplyStream};
pub use self::task::TaskHandle;
use crate::clock::Moment;
use crate::cloudevents::media_type::is_json;
use crate::telemetry::Figures;
use crate::trace::TraceContext;

/// What an adapter or a source knows of an invocation before a function is chosen for it.
#[derive(Clone, Debug, Default)]
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
    /// What stays the same when the same thing is delivered again, where the sender tells it.
    pub idempotency_key: Option<Box<str>>,
    /// What else the platform tells; apart, since most invocations have none, and shared by the items of a batch.
    pub details: Option<Arc<Details>>,
    /// The task that it works on, if it is an attempt of one.
    pub task: Option<Arc<TaskHandle>>,
    /// Where what comes of it is gathered, if its adapter asks.
    pub figures: Option<Arc<Figures>>,
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

    /// Tells whether its sender says that it is JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.media_type.as_deref().is_some_and(is_json)
    }
}

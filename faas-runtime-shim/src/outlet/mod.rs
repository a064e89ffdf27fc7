//! The way out: where messages and events go that functions publish.
//!
//! [`Outlet`] is what an application has for it; [`Bindings`] is the one that reads the bindings. Publishing returns once the
//! other side has confirmed.

mod bindings;
#[cfg(all(feature = "sink", not(target_family = "wasm")))]
pub(crate) mod event;
#[cfg(all(feature = "sink", not(target_family = "wasm")))]
pub(crate) mod sink;
#[cfg(not(all(feature = "sink", not(target_family = "wasm"))))]
#[path = "without_sink.rs"]
mod sink;
#[cfg(not(target_family = "wasm"))]
mod tasks;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;

#[cfg(all(feature = "host", not(target_family = "wasm")))]
pub(crate) use self::bindings::EventsSection;
pub use self::bindings::{Bindings, Sink};
use crate::cloudevents::CloudEvent;
use crate::engine::Engine;
use crate::error::Error;
use crate::invocation::{Attributes, Payload};
use crate::trace::TraceContext;

/// A message on its way to a queue.
#[derive(Clone, Debug)]
pub struct Message {
    /// The logical name of the queue.
    pub queue: Cow<'static, str>,
    /// The body with its media type.
    pub payload: Payload,
    /// Messages of one key keep their order, where the queue has an order.
    pub key: Option<Box<str>>,
    /// What is written beside the body.
    pub attributes: Attributes,
    /// The higher is taken first, where the queue knows priorities.
    pub priority: i16,
    /// How long it waits before it can be taken.
    pub delay: Option<Duration>,
    /// What stays the same when it is sent again.
    pub idempotency_key: Option<Box<str>>,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
}

impl Message {
    /// Makes a message of which nothing more is known.
    #[must_use]
    pub fn new(queue: impl Into<Cow<'static, str>>, payload: Payload) -> Self {
        Self {
            queue: queue.into(),
            payload,
            key: None,
            attributes: Attributes::default(),
            priority: 0,
            delay: None,
            idempotency_key: None,
            trace: None,
        }
    }
}

/// Where published messages and events go.
pub trait Outlet: fmt::Debug + Send + Sync {
    /// Publishes a message; done once the other side has confirmed it.
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>>;

    /// Publishes an event; done once the other side has confirmed it.
    fn emit(&self, event: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>>;

    /// Says that somebody publishes in this binary, who would use queues on this machine's disk.
    #[doc(hidden)]
    fn equip(&self, engine: Engine) {
        let _ = engine;
    }

    /// Closes the connections that wait for their next use, as before a snapshot of the instance and after it.
    fn disconnect(&self) {}

    /// Tells whether messages for this queue have a place of their own that can be published to.
    fn is_bound(&self, queue: &str) -> bool;
}

/// Why something was not published.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PublishError {
    /// It was called outside of an application.
    #[error(
        "no application runs here: publish in a handler, or say for which invocation by `within(&cx)`"
    )]
    NoApplication,
    /// The value cannot be written in its form.
    #[error("the value for {what} cannot be written: {why}")]
    Unwritable {
        /// What was to be published to.
        what: String,
        /// What the form cannot hold.
        why: String,
    },
    /// Nobody has said where it goes.
    #[error("{what} is not bound on `{platform}`: set `{key}`")]
    Unbound {
        /// What was to be published to.
        what: String,
        /// The key of the configuration that would say it.
        key: String,
        /// The platform that the application runs on.
        platform: &'static str,
    },
    /// The binding asks for what this build, or the other side, cannot do.
    #[error("{what} cannot be published to: {why}")]
    Unsupported {
        /// What was to be published to.
        what: String,
        /// What is missing.
        why: String,
    },
    /// The other side has refused it.
    #[error("{what} has refused it: {why}")]
    Refused {
        /// What was published to.
        what: String,
        /// In its words.
        why: String,
        /// Whether it would refuse it again.
        for_good: bool,
    },
    /// The other side did not answer, so it may have it or not.
    #[error("{what} could not be reached: {why}")]
    Unreachable {
        /// What was to be published to.
        what: String,
        /// What happened.
        why: String,
    },
}

impl PublishError {
    /// Makes the error of a handler that could not publish. A client over HTTP is told what is not bound, and no more.
    #[must_use]
    pub fn into_error(self) -> Error {
        let error = match &self {
            Self::Unbound { .. } => {
                Error::told(http::StatusCode::SERVICE_UNAVAILABLE, self.to_string())
            }
            Self::NoApplication => Error::retry(self),
            Self::Unwritable { .. } | Self::Refused { for_good: true, .. } => {
                Error::reject(self).with_status(http::StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Unsupported { .. } | Self::Refused { .. } | Self::Unreachable { .. } => {
                Error::retry(self).with_status(http::StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        error.with_name("PublishError")
    }
}

//! A build with the host.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::application::Application;
use crate::clock::Clock;
use crate::config::Configuration;
use crate::env::Env;
use crate::outlet::{Message, PublishError};
use crate::services::{Operations, Services};
use crate::startup::StartErrors;

/// What runs below functions on the host, not opened yet.
#[derive(Clone, Copy)]
pub struct Engine(pub(crate) fn(Opening) -> BoxFuture<'static, Opened>);

/// What came of opening an engine.
pub(crate) type Opened = Result<Arc<dyn Running>, StartErrors>;

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

/// What an engine is opened with.
#[cfg_attr(
    not(feature = "embedded"),
    expect(dead_code, reason = "there is no engine to open")
)]
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub(crate) env: Env,
    pub(crate) configuration: Configuration,
    pub(crate) clock: Arc<dyn Clock>,
}

/// An engine that has been opened.
pub(crate) trait Running: fmt::Debug + Send + Sync {
    /// Puts a message into one of its own queues; done once it is durable.
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>>;

    /// Returns the services with those put in that it has itself.
    fn services(&self, services: Services) -> Services {
        services
    }

    /// Returns the view of what waits and what is planned.
    fn operations(&self) -> Arc<dyn Operations>;

    /// Lets what waits reach the application's functions from now on.
    fn start<'a>(&'a self, application: &'a Application) -> BoxFuture<'a, Result<(), StartErrors>>;

    /// Tells whether it can do its work at the moment.
    fn is_ready(&self) -> bool;

    /// Begins nothing more; what has begun goes on.
    fn drain(&self);

    /// Completes once nothing that has begun is left unsettled, after [`drain`](Self::drain).
    fn drained(&self) -> BoxFuture<'_, ()>;

    /// Hands back what has begun and is not done, and closes what is open.
    fn close(&self) -> BoxFuture<'_, ()>;
}

#[cfg(feature = "embedded")]
pub(crate) const EMBEDDED: Option<Engine> = Some(crate::host::embedded::ENGINE);
#[cfg(not(feature = "embedded"))]
pub(crate) const EMBEDDED: Option<Engine> = None;

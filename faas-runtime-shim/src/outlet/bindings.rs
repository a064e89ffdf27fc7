//! The outlet that reads `[queues.NAME] url` and `[events] url`.

use std::fmt;

use futures_util::future::BoxFuture;

use super::{Message, Outlet, PublishError};
use crate::bindings::{Binding, Bound};
use crate::cloudevents::CloudEvent;
use crate::config::{Configuration, Secret};

/// Where a platform says that events go, whatever the bindings: `K_SINK` on Knative.
#[derive(Clone)]
pub struct Sink {
    /// The address, an HTTP URL.
    pub url: Secret<String>,
    /// Extensions that each event gets.
    pub extensions: Vec<(String, String)>,
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sink").finish_non_exhaustive()
    }
}

/// Publishes where the configuration says.
#[derive(Debug)]
pub struct Bindings {
    configuration: Configuration,
    platform: &'static str,
    sink: Option<Sink>,
}

impl Bindings {
    /// Makes an outlet of a configuration.
    #[must_use]
    pub fn new(configuration: Configuration, platform: &'static str, sink: Option<Sink>) -> Self {
        Self {
            configuration,
            platform,
            sink,
        }
    }

    fn url(&self, queue: &str) -> Option<Secret<String>> {
        Binding::read(&self.configuration, Bound::Queues, queue)
            .ok()?
            .url
    }
}

impl Outlet for Bindings {
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        let what = format!("queue `{}`", message.queue);
        let error = match self.url(&message.queue) {
            Some(_) => PublishError::Unsupported {
                what,
                why: "no scheme is known".to_owned(),
            },
            None => PublishError::Unbound {
                what,
                key: Bound::Queues.key(&message.queue, "url"),
                platform: self.platform,
            },
        };
        Box::pin(std::future::ready(Err(error)))
    }

    fn emit(&self, _: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        let _ = &self.sink;
        Box::pin(std::future::ready(Err(PublishError::Unbound {
            what: "the events' sink".to_owned(),
            key: "events.url".to_owned(),
            platform: self.platform,
        })))
    }

    fn is_bound(&self, queue: &str) -> bool {
        self.url(queue).is_some()
    }
}

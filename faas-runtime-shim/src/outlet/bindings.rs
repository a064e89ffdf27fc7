//! The outlet that reads `[queues.NAME] url` and `[events] url`, and knows the platform's sink.
//!
//! What a `url`'s scheme means is decided here and nowhere else; a build or a release that speaks more of them adds an arm
//! to `Way::of`.

use std::fmt;

use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::sink::Client;
use super::{Message, Outlet, PublishError};
use crate::bindings::{Binding, Bound};
use crate::cloudevents::CloudEvent;
use crate::config::{ConfigErrors, Configuration, Secret};

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

/// `[events]`: the way of CloudEvents in and out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EventsSection {
    /// Where published events go.
    pub(crate) url: Option<Secret<String>>,
    /// The path of the host's main port that takes events; without it none does.
    pub(crate) path: Option<String>,
}

impl EventsSection {
    pub(crate) fn read(configuration: &Configuration) -> Result<Self, ConfigErrors> {
        configuration.section("events")
    }
}

/// Publishes where the configuration says, else to the platform's sink.
#[derive(Debug)]
pub struct Bindings {
    configuration: Configuration,
    platform: &'static str,
    service: Box<str>,
    sink: Option<Sink>,
    client: Client,
}

impl Bindings {
    /// Makes an outlet of a configuration.
    #[must_use]
    pub fn new(configuration: Configuration, platform: &'static str, sink: Option<Sink>) -> Self {
        Self {
            configuration,
            platform,
            service: "faas".into(),
            sink,
            client: Client::default(),
        }
    }

    /// Sets the name that receivers of messages know this service by.
    #[must_use]
    pub fn service(mut self, name: impl Into<Box<str>>) -> Self {
        self.service = name.into();
        self
    }

    /// Tells whether the configuration says where messages for this queue go, or says it wrongly.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) fn names(&self, queue: &str) -> bool {
        !matches!(self.url(Bound::Queues, queue), Ok(None))
    }

    /// The same of the tasks of a function.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) fn names_task(&self, function: &str) -> bool {
        !matches!(self.url(Bound::Tasks, function), Ok(None))
    }

    /// Returns the error of a queue that is bound to nothing.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) fn unbound(&self, queue: &str) -> PublishError {
        let key = Bound::Queues.key(queue, "url");
        self.refuse(format!("queue `{queue}`"), &key, Obstacle::Unbound)
    }

    /// Publishes to what is bound to this logical name.
    pub(super) fn publish_to(
        &self,
        of: Bound,
        logical: &str,
        what: String,
        message: Message,
    ) -> BoxFuture<'static, Result<(), PublishError>> {
        let is_delayed = message.delay.is_some_and(|delay| !delay.is_zero());
        match self.way(self.url(of, logical)) {
            Ok(Way::Http { .. }) if is_delayed => failed(PublishError::Unsupported {
                what,
                why: "an HTTP sink keeps no message back: leave `delay` out, or bind the queue to a broker"
                    .to_owned(),
            }),
            Ok(Way::Http { url, extensions }) => {
                self.client
                    .publish(what, &url, extensions, message, &self.service)
            }
            Err(obstacle) => failed(self.refuse(what, &of.key(logical, "url"), obstacle)),
        }
    }

    /// Tells whether what is bound to this logical name can be published to.
    pub(super) fn can_publish(&self, of: Bound, logical: &str) -> bool {
        let url = self.url(of, logical).ok().flatten();
        url.is_some_and(|url| Way::of(url, Vec::new()).is_ok())
    }

    /// Returns the platform that the application runs on.
    pub(super) fn platform(&self) -> &'static str {
        self.platform
    }

    fn url(&self, of: Bound, logical: &str) -> Result<Option<Secret<String>>, ConfigErrors> {
        Binding::read(&self.configuration, of, logical).map(|binding| binding.url)
    }

    /// Decides where something goes that has this address of its own, or none.
    fn way(&self, own: Result<Option<Secret<String>>, ConfigErrors>) -> Result<Way, Obstacle> {
        match own {
            Err(errors) => Err(Obstacle::Unsupported(errors.to_string())),
            Ok(Some(url)) => Way::of(url, Vec::new()),
            Ok(None) => match &self.sink {
                Some(sink) => Way::of(sink.url.clone(), sink.extensions.clone()),
                None => Err(Obstacle::Unbound),
            },
        }
    }

    fn refuse(&self, what: String, key: &str, obstacle: Obstacle) -> PublishError {
        match obstacle {
            Obstacle::Unbound => PublishError::Unbound {
                what,
                key: key.to_owned(),
                platform: self.platform,
            },
            Obstacle::Unsupported(why) => PublishError::Unsupported { what, why },
        }
    }
}

impl Outlet for Bindings {
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        let queue = message.queue.clone();
        self.publish_to(Bound::Queues, &queue, format!("queue `{queue}`"), message)
    }

    fn emit(&self, event: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        let what = "the events' sink".to_owned();
        let own = EventsSection::read(&self.configuration).map(|section| section.url);
        match self.way(own) {
            Ok(Way::Http { url, extensions }) => {
                self.client
                    .emit(what, &url, extensions, event, &self.service)
            }
            Err(obstacle) => failed(self.refuse(what, "events.url", obstacle)),
        }
    }

    fn disconnect(&self) {
        self.client.disconnect();
    }

    fn is_bound(&self, queue: &str) -> bool {
        self.can_publish(Bound::Queues, queue)
    }
}

/// How something is published.
enum Way {
    /// Posted as a CloudEvent.
    Http {
        url: Secret<String>,
        /// What the event gets besides its own.
        extensions: Vec<(String, String)>,
    },
}

impl Way {
    /// Tells it by the address's scheme.
    fn of(url: Secret<String>, extensions: Vec<(String, String)>) -> Result<Self, Obstacle> {
        let why = match url.expose().split_once("://") {
            Some(("http", _)) => return Ok(Self::Http { url, extensions }),
            Some(("https", _)) => {
                "`https://` needs TLS, which this build has not: bind it to an `http://` address in the same network"
                    .to_owned()
            }
            // what is no scheme may be a part of a secret
            Some((scheme, _)) if is_scheme(scheme) => {
                format!("nothing here publishes to `{scheme}://`; there is: {KNOWN}")
            }
            _ => format!("its address names no scheme; there is: {KNOWN}"),
        };
        Err(Obstacle::Unsupported(why))
    }
}

/// The schemes that have an arm above, for messages.
const KNOWN: &str = "`http://`";

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Why nothing can be published.
enum Obstacle {
    Unbound,
    Unsupported(String),
}

fn failed(error: PublishError) -> BoxFuture<'static, Result<(), PublishError>> {
    Box::pin(std::future::ready(Err(error)))
}

#[cfg(test)]
mod tests {
    //! What is said of addresses that nothing can be published to.

    use std::time::Duration;

    use futures_util::FutureExt;

    use super::*;
    use crate::invocation::Payload;

    fn outlet(toml: &str, sink: Option<&str>) -> Bindings {
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let sink = sink.map(|url| Sink {
            url: url.to_owned().into(),
            extensions: Vec::new(),
        });
        Bindings::new(configuration, "knative", sink)
    }

    fn message() -> Message {
        Message::new("orders", Payload::json("1"))
    }

    #[track_caller]
    fn check(toml: &str, sink: Option<&str>, expected: &str) {
        let outlet = outlet(toml, sink);
        let told = outlet.publish(message()).now_or_never().unwrap();
        assert_eq!(told.unwrap_err().to_string(), expected);
        let shown = format!("{outlet:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn what_is_not_bound_names_the_key() {
        check(
            "",
            None,
            "queue `orders` is not bound on `knative`: set `queues.orders.url`",
        );
        let error = outlet("", None)
            .emit(CloudEvent::new("1", "/", "t"))
            .now_or_never();
        assert_eq!(
            error.unwrap().unwrap_err().to_string(),
            "the events' sink is not bound on `knative`: set `events.url`"
        );
    }

    #[test]
    fn addresses_that_nothing_speaks_are_told_without_being_shown() {
        check(
            "[queues.orders]\nurl = \"kafka://u:hunter2@host/orders\"",
            None,
            "queue `orders` cannot be published to: nothing here publishes to `kafka://`; there is: `http://`",
        );
        check(
            "[queues.orders]\nurl = \"hunter2 hunter2://x\"",
            None,
            "queue `orders` cannot be published to: its address names no scheme; there is: `http://`",
        );
        check(
            "[queues.orders]\nurl = \"hunter2\"",
            None,
            "queue `orders` cannot be published to: its address names no scheme; there is: `http://`",
        );
        check(
            "",
            Some("https://u:hunter2@broker/ns"),
            "queue `orders` cannot be published to: `https://` needs TLS, which this build has not: bind it to an `http://` address in the same network",
        );
        check(
            "[queues.orders]\nulr = \"hunter2\"",
            Some("http://127.0.0.1:1"),
            "queue `orders` cannot be published to: `queues.orders.ulr` (faas.toml line 2): there is no such key, did you mean `url`? known keys: `url`, `name`, `depth`, `retention`, `dead_retention`",
        );
    }

    #[test]
    fn a_sink_keeps_nothing_back() {
        let mut delayed = message();
        delayed.delay = Some(Duration::from_secs(1));
        let told = outlet("", Some("http://127.0.0.1:1")).publish(delayed);
        let told = told.now_or_never().unwrap().unwrap_err().to_string();
        assert!(told.contains("leave `delay` out"), "{told}");
    }

    #[test]
    fn only_a_binding_of_its_own_binds_a_queue() {
        let outlet = outlet(
            "[queues.orders]\nurl = \"http://broker/orders\"\n[queues.logs]\nurl = \"kafka://host/logs\"",
            Some("http://127.0.0.1:1"),
        );
        assert!(outlet.is_bound("orders"));
        assert!(!outlet.is_bound("logs"), "nothing here publishes to it");
        assert!(!outlet.is_bound("other"));
    }
}

//! Bindings: from the logical name in an annotation to the physical thing, by configuration.
//!
//! `[queues.orders]`, `[timers.nightly]`, `[objects.uploads]` and `[binlogs.shop.orders]` have the keys of [`Binding`]. What a
//! `url`'s scheme means is known to whoever opens it; here is only read what the thing is called there.

use serde::Deserialize;

use crate::config::{ConfigErrors, Configuration, Period, Secret};
use crate::function::{Function, Trigger};

/// What can be bound: the sections of `faas.toml`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Bound {
    Queues,
    Tasks,
    Timers,
    Objects,
    Binlogs,
}

impl Bound {
    pub(crate) const ALL: [Self; 5] = [
        Self::Queues,
        Self::Tasks,
        Self::Timers,
        Self::Objects,
        Self::Binlogs,
    ];

    /// Says what a function's binding is, and under which logical name.
    pub(crate) fn of(function: &Function) -> Option<(Self, &'static str)> {
        Some(match &function.trigger {
            Trigger::Queue { spec, .. } => (Self::Queues, spec.queue),
            Trigger::Task { .. } => (Self::Tasks, function.origin.name),
            Trigger::Timer { .. } => (Self::Timers, function.origin.name),
            Trigger::Object { spec, .. } => (Self::Objects, spec.bucket),
            Trigger::Binlog { spec, .. } => (Self::Binlogs, spec.table),
            Trigger::Http { .. }
            | Trigger::Mount { .. }
            | Trigger::Grpc { .. }
            | Trigger::GrpcMethod { .. }
            | Trigger::Thrift { .. }
            | Trigger::Invoke { .. }
            | Trigger::Event { .. } => return None,
        })
    }

    pub(crate) fn section(self) -> &'static str {
        match self {
            Self::Queues => "queues",
            Self::Tasks => "tasks",
            Self::Timers => "timers",
            Self::Objects => "objects",
            Self::Binlogs => "binlogs",
        }
    }

    /// Returns the key that a message names: `queues.orders.url`.
    pub(crate) fn key(self, logical: &str, key: &str) -> String {
        format!("{}.{logical}.{key}", self.section())
    }
}

/// `[timers.NAME]` and `[binlogs.NAME]`: a binding; the others have its keys too.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Binding {
    /// Where the thing is. It may hold a password.
    pub(crate) url: Option<Secret<String>>,
    /// What the thing is called there, where the `url` does not end with it or there is none.
    pub(crate) name: Option<Box<str>>,
}

/// `[queues.NAME]` and `[tasks.NAME]`: the binding of a queue, or of what tasks wait in.
#[cfg_attr(
    not(all(feature = "embedded", not(target_family = "wasm"))),
    expect(dead_code, reason = "a binding is checked whole on every platform")
)]
#[derive(Debug, Default, Deserialize)]
pub(crate) struct QueueBinding {
    pub(crate) url: Option<Secret<String>>,
    pub(crate) name: Option<Box<str>>,
    /// How many messages that are not done it may hold on this machine's disk; without it any number.
    pub(crate) depth: Option<u64>,
    /// How long a message waits for somebody to take it, before it becomes a dead letter; without it for ever.
    pub(crate) retention: Option<Period>,
    /// How long dead letters are kept; without it thirty days.
    pub(crate) dead_retention: Option<Period>,
}

/// `[objects.NAME]`: the binding of a bucket.
#[cfg_attr(
    not(all(feature = "embedded", not(target_family = "wasm"))),
    expect(dead_code, reason = "a binding is checked whole on every platform")
)]
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ObjectBinding {
    pub(crate) url: Option<Secret<String>>,
    pub(crate) name: Option<Box<str>>,
    /// How long a file has to stand still to be complete.
    pub(crate) settle: Option<Period>,
    /// How often the folder is walked through, whatever was told.
    pub(crate) rescan: Option<Period>,
}

impl Binding {
    /// Reads the binding of a logical name; one that is not set is empty.
    pub(crate) fn read(
        configuration: &Configuration,
        of: Bound,
        logical: &str,
    ) -> Result<Self, ConfigErrors> {
        let section = format!("{}.{logical}", of.section());
        match of {
            Bound::Queues | Bound::Tasks => {
                let QueueBinding { url, name, .. } = configuration.section(&section)?;
                Ok(Self { url, name })
            }
            Bound::Objects => {
                let ObjectBinding { url, name, .. } = configuration.section(&section)?;
                Ok(Self { url, name })
            }
            Bound::Timers | Bound::Binlogs => configuration.section(&section),
        }
    }

    /// Returns the physical name, if the binding tells one.
    pub(crate) fn physical(&self, of: Bound) -> Option<&str> {
        self.name.as_deref().or_else(|| {
            let url = self.url.as_ref()?.expose();
            name_in(url, of == Bound::Objects)
        })
    }
}

/// Reads the name out of an address: the last part of an ARN or of a path, the authority of an object store's.
fn name_in(url: &str, is_store: bool) -> Option<&str> {
    let plain = url.split(['?', '#']).next().unwrap_or(url);
    let filled = |part: &'_ str| !part.is_empty();
    if plain.starts_with("arn:") {
        return plain.rsplit([':', '/']).find(|part| filled(part));
    }
    if plain.starts_with("file:") {
        return None;
    }
    let Some((scheme, rest)) = plain.split_once("://") else {
        return Some(plain).filter(|plain| filled(plain));
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if is_store && !matches!(scheme, "http" | "https") {
        let host = authority.rsplit('@').next().unwrap_or(authority);
        return Some(host).filter(|host| filled(host));
    }
    path.rsplit('/').find(|part| filled(part))
}

#[cfg(test)]
mod tests {
    //! What the physical name of an address is.

    use super::*;

    #[test]
    fn names_are_read_out_of_addresses() {
        let cases = [
            (
                "kafka://127.0.0.1:9092/orders?group=shop",
                false,
                Some("orders"),
            ),
            (
                "https://sqs.eu-west-1.amazonaws.com/1234/orders-prod",
                false,
                Some("orders-prod"),
            ),
            (
                "arn:aws:sqs:eu-west-1:1234:orders-prod",
                false,
                Some("orders-prod"),
            ),
            (
                "arn:aws:kinesis:eu-west-1:1234:stream/orders",
                false,
                Some("orders"),
            ),
            (
                "amqp://guest:secret@localhost/%2f/orders",
                false,
                Some("orders"),
            ),
            ("orders-prod", false, Some("orders-prod")),
            ("nats://localhost", false, None),
            ("http://127.0.0.1:8080/", false, None),
            ("", false, None),
            ("s3://uploads-prod", true, Some("uploads-prod")),
            (
                "s3://key:secret@uploads-prod/in/",
                true,
                Some("uploads-prod"),
            ),
            ("arn:aws:s3:::uploads-prod", true, Some("uploads-prod")),
            ("file:///var/uploads", true, None),
            ("file:uploads", true, None),
        ];
        for (url, is_store, expected) in cases {
            assert_eq!(name_in(url, is_store), expected, "{url}");
        }
    }

    #[test]
    fn a_name_wins_over_the_url() {
        let mut configuration = Configuration::empty();
        configuration
            .set("queues.orders.url", "kafka://localhost/topic")
            .unwrap();
        let read = |configuration: &Configuration| {
            Binding::read(configuration, Bound::Queues, "orders").unwrap()
        };
        assert_eq!(read(&configuration).physical(Bound::Queues), Some("topic"));
        configuration.set("queues.orders.name", "other").unwrap();
        assert_eq!(read(&configuration).physical(Bound::Queues), Some("other"));
        let error = configuration
            .set("queues.orders.ulr", "x")
            .map(|()| Binding::read(&configuration, Bound::Queues, "orders").unwrap_err());
        assert!(error.unwrap().to_string().contains("queues.orders.ulr"));
    }
}

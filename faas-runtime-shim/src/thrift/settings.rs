//! `[thrift]` of the configuration.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::wire::Limits;
use crate::config::{Configuration, Period, Size};
use crate::startup::StartError;

/// `[thrift]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct ThriftSection {
    /// Address and port; else 9090 on loopback, or on all addresses in Kubernetes.
    pub(crate) listen: Option<String>,
    /// The most bytes of a message, over HTTP too.
    pub(crate) max_frame: Size,
    /// Connections served at once; the next ones are closed.
    pub(crate) max_connections: usize,
    /// How long a connection may stay open without a message.
    pub(crate) idle_timeout: Period,
    /// How long a message may take, from its first byte to its last.
    pub(crate) message_timeout: Period,
    /// A section of its own, which the host reads.
    tls: Option<IgnoredAny>,
}

impl Default for ThriftSection {
    fn default() -> Self {
        Self {
            listen: None,
            max_frame: Size::from_bytes(16 * 1024 * 1024),
            max_connections: 10_000,
            // clients keep connections in pools for minutes, and cannot tell a closed one from a lost call
            idle_timeout: Period::new(Duration::from_secs(5 * 60)),
            // the longest message at two megabits a second
            message_timeout: Period::new(Duration::from_secs(60)),
            tls: None,
        }
    }
}

impl ThriftSection {
    pub(crate) fn read(configuration: &Configuration) -> Result<Self, StartError> {
        configuration
            .section("thrift")
            .map_err(|errors| StartError::configuration(errors.to_string()))
    }

    /// Returns what one message may ask for.
    pub(crate) fn limits(&self) -> Limits {
        Limits::of_frame(usize::try_from(self.max_frame.bytes()).unwrap_or(usize::MAX))
    }
}

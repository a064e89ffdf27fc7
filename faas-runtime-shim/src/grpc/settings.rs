//! `[grpc]` of the configuration.

use std::sync::Arc;

use serde::Deserialize;

use crate::config::{Configuration, Size};
use crate::invocation::Parts;
use crate::startup::StartError;

/// `[grpc]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct GrpcSection {
    /// The most bytes of one message.
    pub(crate) max_message: Size,
    /// How messages are packed for callers that understand it.
    pub(crate) compression: Option<Compression>,
    /// The origins whose pages may call from a browser.
    pub(crate) allow_origins: Vec<String>,
}

/// How messages are packed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Compression {
    Gzip,
}

impl Default for GrpcSection {
    fn default() -> Self {
        Self {
            // what gRPC's implementations take by default
            max_message: Size::from_bytes(4 * 1024 * 1024),
            compression: None,
            allow_origins: Vec::new(),
        }
    }
}

impl GrpcSection {
    pub(crate) fn read(configuration: &Configuration) -> Result<Self, StartError> {
        configuration
            .section("grpc")
            .map_err(|errors| StartError::configuration(errors.to_string()))
    }

    pub(crate) fn max_message(&self) -> usize {
        usize::try_from(self.max_message.bytes()).unwrap_or(usize::MAX)
    }

    /// What has been read without a mistake at the start, kept since.
    pub(crate) fn of(parts: &Parts) -> Arc<Self> {
        let application = parts.application();
        application.own(|| Self::read(application.configuration()).unwrap_or_default())
    }
}

/// Returns the most bytes of one message: `[grpc] max_message`, by default 4 MiB.
#[must_use]
pub fn max_message(parts: &Parts) -> usize {
    GrpcSection::of(parts).max_message()
}

/// Tells whether answers are packed for callers that understand it: `[grpc] compression`.
#[must_use]
pub fn compresses(parts: &Parts) -> bool {
    GrpcSection::of(parts).compression.is_some()
}

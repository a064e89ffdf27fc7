//! What all transports can be told.

use std::time::Duration;

#[cfg(not(target_family = "wasm"))]
use super::Outgoing;
use super::Protocol;

/// How messages are written, and how long their answers are waited for.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) protocol: Protocol,
    pub(super) service: Option<Box<str>>,
    pub(super) timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            protocol: Protocol::Binary,
            service: None,
            timeout: TIMEOUT,
        }
    }
}

impl Settings {
    /// Returns how long the answer to a message is waited for.
    #[cfg(not(target_family = "wasm"))]
    pub(super) fn wait(&self, outgoing: &Outgoing) -> Duration {
        self.timeout
            .min(outgoing.remaining().unwrap_or(self.timeout))
    }
}

/// From the first byte sent to the last of the answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The setters of a transport with [`Settings`].
macro_rules! settings {
    ($($timeout:ident)?) => {
        /// Writes messages in this protocol instead of the binary one.
        #[must_use]
        pub fn protocol(mut self, protocol: Protocol) -> Self {
            self.settings.protocol = protocol;
            self
        }

        /// Names the service in each message, where the other side has several (Apache Thrift, `TMultiplexedProtocol`).
        #[must_use]
        pub fn service(mut self, name: impl Into<Box<str>>) -> Self {
            self.settings.service = Some(name.into());
            self
        }

        $(
            /// Waits so long for an answer instead of 30 s; less if the invocation has less left.
            #[must_use]
            pub fn $timeout(mut self, timeout: std::time::Duration) -> Self {
                self.settings.timeout = timeout;
                self
            }
        )?
    };
}
pub(super) use settings;

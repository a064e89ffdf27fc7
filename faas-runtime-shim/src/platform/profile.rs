//! What an adapter states about its platform.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

/// The facts of one platform, as the description, the documentation and the tests read them.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The platform's name, as in `FAAS_PLATFORM`.
    pub name: &'static str,
    /// How invocations arrive.
    pub shape: Shape,
    /// Which async runtime is built.
    pub flavour: Flavour,
    /// What the protocol carries.
    pub capabilities: Capabilities,
    /// The triggers that it serves, each with how, in a few words for a table.
    pub triggers: &'static [(&'static str, &'static str)],
    /// The most bytes that an HTTP request's or an event's body can have, where the platform has a limit.
    pub request_limit: Option<u64>,
    /// The most bytes that an answer can have, where the platform has a limit.
    pub response_limit: Option<u64>,
    /// How the instance ends.
    pub drain: Drain,
    /// The request headers that carry credentials and are kept from handlers.
    pub credential_headers: &'static [&'static str],
}

/// How invocations arrive.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// We ask the platform for the next one.
    Polls,
    /// The platform sends HTTP requests.
    HttpServer,
}

/// Which async runtime an instance needs.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flavour {
    /// One thread: one invocation at a time, on a slice of a core.
    CurrentThread,
    /// As many threads as there are cores.
    MultiThread,
}

/// What a platform's protocol carries.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Capabilities {
    /// Response bodies arrive while they are made.
    pub streaming: bool,
    /// Single deliveries of a batch can fail.
    pub partial_batches: bool,
    /// Responses can set several cookies.
    pub cookies: bool,
    /// HTTP responses keep their status.
    pub status_codes: bool,
    /// The deadline of an invocation is told.
    pub deadline: bool,
    /// The attempt of an invocation is told.
    pub attempt: bool,
    /// Several invocations run at once in one instance, on some instances at least.
    pub concurrency: bool,
}

/// How an instance ends after the signal to stop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Drain {
    /// Whether requests are still accepted until the end, because the platform goes on routing for a while.
    pub keep_accepting: bool,
    /// How long what is in flight may take.
    pub within: Duration,
}

impl Profile {
    /// Writes it into the description.
    #[must_use]
    pub fn describe(&self) -> Value {
        json!({
            "name": self.name,
            "shape": self.shape,
            "runtime": self.flavour,
            "capabilities": self.capabilities,
            "triggers": self.triggers.iter().map(|(trigger, _)| trigger).collect::<Vec<_>>(),
            "request_limit_bytes": self.request_limit,
            "response_limit_bytes": self.response_limit,
        })
    }
}

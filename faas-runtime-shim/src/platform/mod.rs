//! The platforms: one folder and one line in [`ADAPTERS`] for each.
//!
//! Detection, the description, the documentation's matrix and the scenario tests all walk that one table. A folder's files
//! are `mod` (what the protocol is and what is left out), `wire` (the types on the wire), `decode` and `encode` (pure) and
//! `drive` (the only one that waits).

#[cfg(feature = "aws-lambda")]
pub(crate) mod aws_lambda;
#[cfg(feature = "knative")]
pub(crate) mod knative;
#[cfg(feature = "aws-lambda")]
pub(crate) mod poll;
mod profile;

use std::fmt;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::Value;

pub use self::profile::{Capabilities, Drain, Flavour, Profile, Shape};
use crate::application::Application;
use crate::env::Env;
use crate::invocation::RawJson;
use crate::lifecycle::Boot;
use crate::outlet::Sink;
use crate::registry::{Registry, Selection};
use crate::startup::{Exit, StartError};
use crate::telemetry::LogPlan;

/// Finds the authoriser's claims in a request context.
pub(crate) type Claims = fn(&RawJson) -> Option<Value>;

/// All ways in which platforms keep them there.
#[cfg(feature = "aws-lambda")]
pub(crate) const CLAIMS: &[Claims] = aws_lambda::CLAIMS;
#[cfg(not(feature = "aws-lambda"))]
pub(crate) const CLAIMS: &[Claims] = &[];

/// Our code for one platform.
pub trait Adapter: fmt::Debug + Sync {
    /// States what the platform is like.
    fn profile(&self) -> Profile;

    /// Tells whether the process runs on this platform.
    fn detects(&self, env: &Env) -> bool;

    /// Reads which async runtime an instance needs that was started in this way.
    fn flavour(&self, env: &Env) -> Flavour {
        let _ = env;
        self.profile().flavour
    }

    /// Reads the platform's own selector; `FAAS_FUNCTION` has been looked at before.
    fn selection(&self, env: &Env, registry: &Registry) -> Selection {
        let _ = (env, registry);
        Selection::all()
    }

    /// Reads where the platform says that published events go, whatever the bindings.
    fn sink(&self, env: &Env) -> Option<Sink> {
        let _ = env;
        None
    }

    /// Reads what the platform calls this deployment; receivers of messages know it by that name.
    fn service(&self, env: &Env) -> Option<Box<str>> {
        let _ = env;
        None
    }

    /// Says how and where log lines are written there.
    fn logs(&self, env: &Env) -> LogPlan;

    /// Serves until the platform or a signal ends it; builds the application when the protocol wants it built.
    fn drive(&self, boot: Boot) -> BoxFuture<'static, Exit>;

    /// Takes one event as the platform hands it over to the application, and returns the platform's form of the answer.
    ///
    /// This is the adapter without its transport: what tests, replays and `cargo faas invoke` call.
    fn exchange<'a>(
        &'a self,
        application: &'a Application,
        event: Bytes,
    ) -> BoxFuture<'a, Exchange>;
}

/// What an adapter answers to one event.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Exchange {
    /// The platform's form of a result.
    Answer(Bytes),
    /// The platform's form of an error.
    Error(Bytes),
}

/// All adapters of this build, narrow before wide: the first that detects its platform wins.
pub static ADAPTERS: &[&dyn Adapter] = &[
    #[cfg(feature = "aws-lambda")]
    &aws_lambda::AwsLambda,
    #[cfg(feature = "knative")]
    &knative::Knative,
    #[cfg(feature = "host")]
    &crate::host::Host,
];

/// Finds the adapter: the one that `FAAS_PLATFORM` names, else the first that detects its platform.
///
/// # Errors
///
/// Fails for a name that this build does not speak, and if nothing is detected and there is no host.
pub fn detect(env: &Env) -> Result<&'static dyn Adapter, StartError> {
    match env.get_filled("FAAS_PLATFORM") {
        Some(asked) => by_name(asked).ok_or_else(|| StartError::unknown_platform(asked, &names())),
        None => ADAPTERS
            .iter()
            .find(|adapter| adapter.detects(env))
            .copied()
            .ok_or_else(|| StartError::no_platform(&names())),
    }
}

/// Finds an adapter by its platform's name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Adapter> {
    ADAPTERS
        .iter()
        .find(|adapter| adapter.profile().name == name)
        .copied()
}

/// Returns the names of all adapters.
#[must_use]
pub fn names() -> Vec<&'static str> {
    ADAPTERS
        .iter()
        .map(|adapter| adapter.profile().name)
        .collect()
}

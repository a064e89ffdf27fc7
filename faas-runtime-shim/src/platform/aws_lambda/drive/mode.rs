//! How the platform runs this instance: one invocation at a time, or as many at once as it says.

use std::num::NonZeroU16;
use std::time::Duration;

use crate::env::Env;
use crate::startup::StartError;

/// The two sorts of instances. The Runtime API is the same for both, what its answers demand is not.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::platform::aws_lambda) enum Mode {
    /// One invocation at a time, frozen in between.
    Classic,
    /// Lambda Managed Instances: as many polls wait as invocations may run at once, and nothing is ever frozen (Developer
    /// Guide, "Lambda Managed Instances", runtimes).
    Managed {
        /// How many.
        slots: NonZeroU16,
    },
}

impl Mode {
    /// Reads it from the environment.
    ///
    /// # Errors
    ///
    /// When the platform's number is none.
    pub(in crate::platform::aws_lambda) fn read(env: &Env) -> Result<Self, StartError> {
        let Some(text) = env.get_filled(MAX_CONCURRENCY) else {
            return Ok(Self::Classic);
        };
        match text.parse::<NonZeroU16>() {
            Ok(slots) if slots.get() <= MOST_SLOTS => Ok(Self::Managed { slots }),
            _ => {
                let expected = format!("a number from 1 to {MOST_SLOTS}");
                Err(StartError::bad_environment(
                    MAX_CONCURRENCY,
                    text,
                    &expected,
                ))
            }
        }
    }

    /// Tells what the build lacks for this sort of instance.
    pub(super) fn warn_of_build(self) {
        if self.slots() > 1 && !cfg!(feature = "host") {
            tracing::warn!(
                "this build has one thread for all invocations that run at once: with the feature `host` it has one for each core"
            );
        }
    }

    /// How many polls wait at once.
    pub(super) fn slots(self) -> u16 {
        match self {
            Self::Classic => 1,
            Self::Managed { slots } => slots.get(),
        }
    }

    /// Whether the instance lives on when something that belongs to one invocation fails.
    pub(super) fn outlives_failures(self) -> bool {
        match self {
            // the platform has given up the instance, and starts another one faster than it would recover
            Self::Classic => false,
            Self::Managed { .. } => true,
        }
    }

    /// From SIGTERM to SIGKILL, as much as a runtime can count on.
    pub(super) fn shutdown(self) -> Duration {
        match self {
            Self::Classic => super::SHUTDOWN,
            Self::Managed { .. } => MANAGED_SHUTDOWN,
        }
    }
}

/// Set on managed instances alone (Developer Guide, "Lambda Managed Instances", execution environment).
const MAX_CONCURRENCY: &str = "AWS_LAMBDA_MAX_CONCURRENCY";

/// The emulator's limit of waiting polls (aws-lambda-runtime-interface-emulator, managed instances); the platform's own
/// numbers are far below.
const MOST_SLOTS: u16 = 10_000;

/// What the platform's own server gives a runtime on managed instances (aws-lambda-runtime-interface-emulator,
/// `internal/lambda-managed-instances/rapid/shutdown.go`).
const MANAGED_SHUTDOWN: Duration = Duration::from_millis(600);

#[cfg(test)]
mod tests {
    //! Every value of the variable.

    use super::*;

    fn read(value: &str) -> Result<Mode, StartError> {
        Mode::read(&Env::from_pairs([(MAX_CONCURRENCY, value)]))
    }

    #[test]
    fn a_number_makes_slots_and_none_is_classic() {
        let managed = |slots| Mode::Managed {
            slots: NonZeroU16::new(slots).unwrap(),
        };
        assert_eq!(Mode::read(&Env::default()), Ok(Mode::Classic));
        assert_eq!(read(""), Ok(Mode::Classic));
        assert_eq!(read("1"), Ok(managed(1)));
        assert_eq!(read("10000"), Ok(managed(10_000)));
        assert_eq!(managed(8).slots(), 8);
        assert_eq!(Mode::Classic.slots(), 1);
    }

    #[test]
    fn anything_else_names_the_variable_and_the_value() {
        for value in ["0", "-1", "10001", "70000", "many", "1.5", " 4"] {
            let error = read(value).unwrap_err();
            assert_eq!(error.code(), "F0403");
            let told = error.to_string();
            assert!(
                told.contains(MAX_CONCURRENCY) && told.contains(&format!("`{value}`")),
                "{told}"
            );
        }
    }
}

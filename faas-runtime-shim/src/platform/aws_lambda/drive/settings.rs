//! What the environment and `[lambda]` say about how an instance runs and answers.

use std::sync::Arc;

use serde::Deserialize;

use super::mode::Mode;
use super::record::Recorder;
use crate::config::Configuration;
use crate::env::Env;
use crate::startup::StartError;

/// The driver's settings, read once.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// How many invocations run at once, and what their failures cost.
    pub(super) mode: Mode,
    /// How HTTP responses go out.
    pub(super) response_mode: ResponseMode,
    /// What tells about each invocation, if anything does; the environment does not say it.
    pub(super) recorder: Option<Arc<Recorder>>,
}

/// `[lambda]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct LambdaSection {
    /// Whether there is a line about each invocation; else in managed instances alone.
    pub(super) report: Option<bool>,
    /// Whether Kafka's mappings have provisioned pollers, which read the names of failed records.
    kafka_partial: bool,
}

/// Tells whether the names of Kafka's failed records are read. The start has told what is wrong in the section.
pub(super) fn kafka_partial(configuration: &Configuration) -> bool {
    let section: Result<LambdaSection, _> = configuration.section("lambda");
    section.is_ok_and(|section| section.kafka_partial)
}

/// How answers go out. Nothing in an event tells what its caller expects (Developer Guide, "Response streaming for Lambda
/// functions"), so it is configured next to the function.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ResponseMode {
    /// Each as one document.
    #[default]
    Buffer,
    /// Each while it is made, where its front end can take that.
    Stream,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// Fails for a value that is none of a variable's.
    pub(super) fn read(env: &Env) -> Result<Self, StartError> {
        Ok(Self {
            mode: Mode::read(env)?,
            response_mode: ResponseMode::read(env)?,
            recorder: None,
        })
    }
}

impl ResponseMode {
    /// The second variable is the AWS Lambda Web Adapter's, for functions that had one.
    const VARIABLES: [(&str, &str, &str); 2] = [
        ("FAAS_RESPONSE_MODE", "buffer", "stream"),
        ("AWS_LWA_INVOKE_MODE", "buffered", "response_stream"),
    ];

    fn read(env: &Env) -> Result<Self, StartError> {
        for (name, buffer, stream) in Self::VARIABLES {
            let Some(value) = env.get_filled(name) else {
                continue;
            };
            // templates take it from the function URL's `InvokeMode`, which is in capitals
            return if value.eq_ignore_ascii_case(buffer) {
                Ok(Self::Buffer)
            } else if value.eq_ignore_ascii_case(stream) {
                Ok(Self::Stream)
            } else {
                let expected = format!("`{buffer}` or `{stream}`");
                Err(StartError::bad_environment(name, value, &expected))
            };
        }
        Ok(Self::default())
    }
}

#[cfg(test)]
mod tests {
    //! Both variables, and which of them counts.

    use super::*;

    fn mode(variables: &[(&'static str, &'static str)]) -> Result<ResponseMode, StartError> {
        let env = Env::from_pairs(variables.iter().copied());
        Settings::read(&env).map(|settings| settings.response_mode)
    }

    #[test]
    fn answers_are_streamed_where_a_variable_says_so() {
        use ResponseMode::{Buffer, Stream};
        for (variables, expected) in [
            (&[][..], Buffer),
            (&[("FAAS_RESPONSE_MODE", "stream")], Stream),
            (&[("FAAS_RESPONSE_MODE", "buffer")], Buffer),
            (&[("AWS_LWA_INVOKE_MODE", "response_stream")], Stream),
            (&[("AWS_LWA_INVOKE_MODE", "RESPONSE_STREAM")], Stream),
            (&[("AWS_LWA_INVOKE_MODE", "buffered")], Buffer),
            (&[("FAAS_RESPONSE_MODE", "")], Buffer),
            (
                &[
                    ("FAAS_RESPONSE_MODE", "buffer"),
                    ("AWS_LWA_INVOKE_MODE", "response_stream"),
                ],
                Buffer,
            ),
            (
                &[
                    ("FAAS_RESPONSE_MODE", ""),
                    ("AWS_LWA_INVOKE_MODE", "response_stream"),
                ],
                Stream,
            ),
        ] {
            assert_eq!(mode(variables).unwrap(), expected, "{variables:?}");
        }
    }

    #[test]
    fn another_value_is_a_mistake_that_names_the_variable() {
        for (name, value) in [
            ("FAAS_RESPONSE_MODE", "response_stream"),
            ("AWS_LWA_INVOKE_MODE", "stream"),
        ] {
            let error = mode(&[(name, value)]).unwrap_err();
            assert_eq!(error.code(), "F0403");
            let text = error.to_string();
            assert!(text.contains(name) && text.contains(value), "{text}");
        }
    }
}

//! What users see of the configuration: values, layers, messages, and that no secret is in any of them.

mod hostile;
mod layers;
mod messages;
mod mounts;
mod secrets;
mod values;

use serde::de::DeserializeOwned;

use super::{ConfigError, ConfigErrors, Configuration};
use crate::env::Env;

#[track_caller]
fn toml(text: &str) -> Configuration {
    Configuration::from_toml(text, "faas.toml").unwrap()
}

/// Loads environment variables over nothing: no file, no mounts.
fn environment(pairs: &[(&str, &str)]) -> Result<Configuration, ConfigError> {
    let none = [("FAAS_SECRETS", "")];
    Configuration::load(&Env::from_pairs(none.iter().chain(pairs).copied()))
}

#[track_caller]
fn variables(pairs: &[(&str, &str)]) -> Configuration {
    environment(pairs).unwrap()
}

/// Decodes a section that is wrong and returns its messages.
#[track_caller]
fn mistakes<T: DeserializeOwned>(configuration: &Configuration, section: &str) -> Vec<String> {
    match configuration.section::<T>(section) {
        Ok(_) => panic!("`{section}` was decoded"),
        Err(errors) => lines(&errors),
    }
}

fn lines(errors: &ConfigErrors) -> Vec<String> {
    errors.iter().map(ToString::to_string).collect()
}

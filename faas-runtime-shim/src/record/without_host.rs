//! A build without the host: those are the smallest, and a recorder is no small part of one.

use super::Recorder;
use crate::config::Configuration;
use crate::env::Env;
use crate::startup::{StartError, StartErrors};

/// Makes none.
///
/// # Errors
///
/// Fails if one is asked for.
pub(crate) fn of_process(env: &Env, _: &Configuration) -> Result<Option<Recorder>, StartErrors> {
    match env.get_filled("FAAS_RECORD") {
        None => Ok(None),
        Some(folder) => {
            let expected = "it to be unset: this binary was built without the feature `host` of `faas`, which records";
            Err(StartError::bad_environment("FAAS_RECORD", folder, expected).into())
        }
    }
}

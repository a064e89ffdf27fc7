//! What the environment asks for.

use std::path::Path;

use super::Recorder;
use super::settings::Settings;
use crate::config::Configuration;
use crate::env::Env;
use crate::startup::StartErrors;

/// Makes the recorder that `FAAS_RECORD` asks for, and tells of it.
///
/// # Errors
///
/// Returns what is wrong in the section `record`, also if nothing is recorded.
pub(crate) fn of_process(
    env: &Env,
    configuration: &Configuration,
) -> Result<Option<Recorder>, StartErrors> {
    let settings = Settings::read(configuration)?;
    let Some(folder) = env.get_filled("FAAS_RECORD") else {
        return Ok(None);
    };
    let kept = if settings.bodies { "with" } else { "without" };
    tracing::warn!(
        "every invocation is recorded in `{folder}`, {kept} its bodies: unset `FAAS_RECORD` once there are enough"
    );
    Ok(Some(Recorder::of(Path::new(folder), settings)))
}

//! SnapStart: the platform takes a snapshot of the instance once it is built, and starts others from it.
//!
//! The order is the one of the Developer Guide, "Runtime hooks for Lambda SnapStart": hooks, snapshot, hooks, first poll. In
//! the snapshot there is no connection and afterwards nothing that two instances must not share; what users keep themselves
//! is for their hooks.

use super::status::text;
use super::{INIT_ERROR, LIMITS, USER_AGENT, tell};
use crate::application::Application;
use crate::env::Env;
use crate::error::chain;
use crate::invocation::InvocationId;
use crate::platform::poll::{Client, Endpoint};
use crate::startup::StartErrors;

/// Tells whether a snapshot will be taken of this instance.
pub(super) fn is_wanted(env: &Env) -> bool {
    env.get("AWS_LAMBDA_INITIALIZATION_TYPE") == Some("snap-start")
}

/// Takes the instance through its snapshot.
///
/// # Errors
///
/// Returns the hooks that failed; the platform has been told.
pub(super) async fn pass(
    endpoint: &Endpoint,
    application: &Application,
) -> Result<(), StartErrors> {
    if let Err(errors) = application.freeze().await {
        tell(endpoint, INIT_ERROR, "Runtime.BeforeSnapshotError", &errors).await;
        return Err(errors);
    }
    wait(endpoint).await;
    InvocationId::reseed();
    if let Err(errors) = application.thaw().await {
        tell(
            endpoint,
            RESTORE_ERROR,
            "Runtime.AfterRestoreError",
            &errors,
        )
        .await;
        return Err(errors);
    }
    Ok(())
}

/// Waits for the restore. Whatever comes of it, the hooks run in pairs and the next poll decides: what was closed for the
/// snapshot has to be opened for the first invocation also where no snapshot was taken.
async fn wait(endpoint: &Endpoint) {
    // dropped with its connection, which may be of another life
    let mut client = Client::new(endpoint.clone(), USER_AGENT, LIMITS);
    match client.get(&[RESTORE_NEXT], &[]).await {
        Ok(answer) if answer.status() == 200 => tracing::debug!("restored from a snapshot"),
        // 403, 404: the platform has no such step here
        Ok(answer) => tracing::warn!(
            status = answer.status(),
            answer = %text(&answer),
            "the platform takes no snapshot"
        ),
        Err(error) => tracing::error!("the wait for the restore broke: {}", chain(&error)),
    }
}

const RESTORE_NEXT: &str = "/2018-06-01/runtime/restore/next";
const RESTORE_ERROR: &str = "/2018-06-01/runtime/restore/error";

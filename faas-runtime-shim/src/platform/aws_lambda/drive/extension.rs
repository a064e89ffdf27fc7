//! The process as an extension of itself: what makes the platform send SIGTERM before SIGKILL.
//!
//! Without a registered extension an instance ends without a warning, so stop hooks would never run. The registration wants
//! no events; its poll never comes back, and the platform's init phase does not end without it (Developer Guide, "Lambda
//! Extensions API", internal extensions and shutdown phase).

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::status::text;
use super::{LIMITS, USER_AGENT};
use crate::env::Env;
use crate::error::chain;
use crate::platform::poll::{Client, Endpoint};

/// The extension's poll, which waits for as long as this is kept.
pub(super) type Extension = JoinSet<()>;

/// Registers before the first poll, after which the platform takes no registration. One that does not come about costs
/// the stop hooks and nothing else, so it is a warning.
pub(super) async fn register(endpoint: &Endpoint, env: &Env) -> Option<Extension> {
    let function = env.get_filled("AWS_LAMBDA_FUNCTION_NAME");
    let name = format!("faas-{}", function.unwrap_or("instance"));
    let refusal = match timeout(LONGEST, identifier(endpoint, &name)).await {
        Ok(Ok(identifier)) => {
            let mut parked = Extension::new();
            parked.spawn(park(endpoint.clone(), identifier));
            return Some(parked);
        }
        Ok(Err(refusal)) => refusal,
        Err(_) => format!("no answer within {LONGEST:?}"),
    };
    tracing::warn!(
        "the platform sends no signal before the end, so stop hooks may not run: {refusal}"
    );
    None
}

/// The platform's name for the extension, a credential of sorts: it goes into no log.
async fn identifier(endpoint: &Endpoint, name: &str) -> Result<String, String> {
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Extension-Name", name),
    ];
    let mut client = Client::new(endpoint.clone(), USER_AGENT, LIMITS);
    let answer = client
        .post(&[REGISTER], &headers, br#"{"events":[]}"#)
        .await
        .map_err(|error| chain(&error))?;
    match (
        answer.status(),
        answer.header("lambda-extension-identifier"),
    ) {
        (200, Some(identifier)) => Ok(identifier.to_owned()),
        (200, None) => Err("the registration brought no identifier".to_owned()),
        (status, _) => Err(format!(
            "the registration was answered with {status}: {}",
            text(&answer)
        )),
    }
}

/// Asks, on a connection of its own, for the event that never comes; again if the connection broke, as a restore breaks it,
/// since the platform waits for the poll.
async fn park(endpoint: Endpoint, identifier: String) {
    // the runtime's first poll goes before it
    tokio::task::yield_now().await;
    let headers = [("Lambda-Extension-Identifier", identifier.as_str())];
    let mut client = Client::new(endpoint, USER_AGENT, LIMITS);
    match client.get(&[EVENT_NEXT], &headers).await {
        Ok(answer) if answer.status() == 200 => tracing::debug!("the extension's poll came back"),
        Ok(answer) => tracing::warn!(
            status = answer.status(),
            answer = %text(&answer),
            "the extension's poll was refused"
        ),
        Err(error) => tracing::debug!("the extension's poll broke: {}", chain(&error)),
    }
}

const REGISTER: &str = "/2020-01-01/extension/register";
const EVENT_NEXT: &str = "/2020-01-01/extension/event/next";

/// The init phase has ten seconds, of which this is not worth more.
const LONGEST: Duration = Duration::from_secs(2);

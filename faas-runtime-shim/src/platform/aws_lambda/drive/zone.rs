//! The availability zone, from the platform's metadata endpoint.
//!
//! The protocol is the Developer Guide's "Lambda metadata endpoint": one GET with a bearer token. Nothing asks before a
//! handler does, and one answer is enough until the instance is restored somewhere else.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::USER_AGENT;
use crate::config::Secret;
use crate::env::Env;
use crate::error::chain;
use crate::platform::poll::{Client, Endpoint, Limits};
use crate::services::Site;

/// Where the instance runs.
pub(super) struct Zone {
    service: Option<Service>,
    /// Replaced when it is forgotten, so that an answer on its way then is nobody's.
    known: Mutex<Arc<OnceCell<Arc<str>>>>,
}

/// Who tells it.
#[derive(Debug)]
struct Service {
    endpoint: Endpoint,
    /// The value of `Authorization`.
    authorization: Secret<String>,
}

impl Zone {
    /// Reads where to ask from the environment; nothing is asked yet.
    pub(super) fn of(env: &Env) -> Self {
        let address = env.get_filled("AWS_LAMBDA_METADATA_API");
        let token = env.get_filled("AWS_LAMBDA_METADATA_TOKEN");
        let service = address.zip(token).and_then(|(address, token)| {
            Some(Service {
                endpoint: Endpoint::parse(address).ok()?,
                authorization: format!("Bearer {token}").into(),
            })
        });
        Self {
            service,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> Arc<OnceCell<Arc<str>>> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Site for Zone {
    fn availability_zone(&self) -> BoxFuture<'_, Option<Arc<str>>> {
        Box::pin(async move {
            let service = self.service.as_ref()?;
            let known = self.known();
            let asked = known.get_or_try_init(|| async {
                match timeout(LONGEST, service.ask()).await {
                    Ok(answer) => answer,
                    Err(_) => Err(format!("no answer within {LONGEST:?}")),
                }
            });
            match asked.await {
                Ok(zone) => Some(Arc::clone(zone)),
                Err(why) => {
                    tracing::debug!("the availability zone is not known: {why}");
                    None
                }
            }
        })
    }

    fn forget(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }
}

impl Service {
    async fn ask(&self) -> Result<Arc<str>, String> {
        let headers = [("Authorization", self.authorization.expose().as_str())];
        let mut client = Client::new(self.endpoint.clone(), USER_AGENT, LIMITS);
        let answer = client
            .get(&[ENVIRONMENT], &headers)
            .await
            .map_err(|error| chain(&error))?;
        if answer.status() != 200 {
            return Err(format!("the answer is {}", answer.status()));
        }
        let told: Environment<'_> =
            serde_json::from_slice(answer.body()).map_err(|error| error.to_string())?;
        Ok(told.zone.into())
    }
}

const ENVIRONMENT: &str = "/2026-01-15/metadata/execution-environment";

/// What the endpoint answers.
#[derive(Deserialize)]
struct Environment<'a> {
    #[serde(borrow, rename = "AvailabilityZoneID")]
    zone: Cow<'a, str>,
}

/// A handler waits for it, so it is not waited for longer than a look at the neighbourhood may take.
const LONGEST: Duration = Duration::from_secs(1);

const LIMITS: Limits = Limits {
    body: 16 * 1024,
    attempts: NonZeroU32::new(2).expect("not zero"),
};

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zone").finish_non_exhaustive()
    }
}

//! What a message, a key or an event tells its handler to do.

use std::future::pending;
use std::time::Duration;

use faas::Error;
use serde::{Deserialize, Serialize};

/// A piece of work: `{"id": 7, "do": "fail"}`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Work {
    pub(crate) id: u64,
    #[serde(default, rename = "do")]
    pub(crate) task: Task,
}

/// How it ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Task {
    #[default]
    Ok,
    Fail,
    Later,
    Reject,
    Panic,
    /// Not by itself.
    Slow,
}

impl Task {
    /// Reads the first segment of a key: `fail/a.txt`. Any other key is fine.
    pub(crate) fn of_key(key: &str) -> Self {
        match key.split('/').next() {
            Some("fail") => Self::Fail,
            Some("reject") => Self::Reject,
            Some("panic") => Self::Panic,
            _ => Self::Ok,
        }
    }

    #[expect(clippy::panic, reason = "that is what it is for")]
    pub(crate) async fn perform(self) -> Result<(), Error> {
        match self {
            Self::Ok => Ok(()),
            Self::Fail => Err(Error::retry("the probe was asked to fail")),
            Self::Later => Err(Error::retry_after(
                Duration::from_secs(7),
                "the probe was asked to fail for a while",
            )),
            Self::Reject => Err(Error::reject("the probe was asked to reject")),
            Self::Panic => panic!("the probe was asked to panic"),
            Self::Slow => pending().await,
        }
    }
}

//! What an application is given from below: somewhere to publish, keys with values, tasks, and a view of what waits.
//!
//! Each is a trait with the implementations of whoever has something durable: the host's embedded store, a broker, a
//! platform's own service. Where there is none, [`Services::new`] puts in what says which key of the configuration is missing.

#[cfg(not(target_family = "wasm"))]
mod id;
mod kv;
mod memory;
mod operations;
mod site;
mod tasks;
mod unbound;

use std::sync::Arc;

use serde::Deserialize;

pub use self::kv::{
    Conflict, Delete, Entry, KeyValue, KvError, LONGEST_KEY, LONGEST_VALUE, Page, Put, Scan, USER,
    When, check_key,
};
pub use self::memory::MemoryKv;
pub use self::operations::{
    DeadLetters, FailedAttempt, Operations, OperationsError, Purged, QueueState, Shown, Stage,
    TimerState,
};
pub use self::site::Site;
pub(crate) use self::tasks::{ATTRIBUTE, CHANNEL};
pub use self::tasks::{
    Cancelled, NewTask, Submitted, TaskError, TaskFailure, TaskFilter, TaskId, TaskResult,
    TaskState, TaskStatus, Tasks,
};
use self::unbound::Unbound;
use crate::config::{ConfigErrors, Configuration, Secret};
use crate::outlet::Outlet;
use crate::record::Recorder;

/// All that an application is given from below.
#[derive(Clone, Debug)]
pub struct Services {
    /// Where published messages and events go.
    pub outlet: Arc<dyn Outlet>,
    /// Keys with values.
    pub kv: Arc<dyn KeyValue>,
    /// Work that is handed over.
    pub tasks: Arc<dyn Tasks>,
    /// What waits, and what is planned.
    pub operations: Arc<dyn Operations>,
    /// Where the instance runs.
    pub site: Arc<dyn Site>,
    /// Who writes invocations down, if anybody does.
    pub recorder: Option<Recorder>,
}

impl Services {
    /// Makes services of an outlet; everything else says that nothing is bound on this platform.
    #[must_use]
    pub fn new(outlet: Arc<dyn Outlet>, platform: &'static str) -> Self {
        let unbound = Arc::new(Unbound {
            platform,
            kv_scheme: None,
        });
        Self {
            outlet,
            kv: Arc::clone(&unbound) as Arc<dyn KeyValue>,
            tasks: Arc::clone(&unbound) as Arc<dyn Tasks>,
            operations: Arc::clone(&unbound) as Arc<dyn Operations>,
            site: unbound,
            recorder: None,
        }
    }

    /// Puts in what the configuration binds, over what is there.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the section `kv`.
    pub fn bound(
        mut self,
        configuration: &Configuration,
        platform: &'static str,
    ) -> Result<Self, ConfigErrors> {
        let KvSection { url } = configuration.section("kv")?;
        if let Some(url) = url {
            // the rest of an address may hold a password
            let scheme = url
                .expose()
                .split_once("://")
                .map_or("", |(scheme, _)| scheme);
            self.kv = Arc::new(Unbound {
                platform,
                kv_scheme: Some(scheme.into()),
            });
        }
        Ok(self)
    }
}

/// `[kv]`.
#[derive(Deserialize)]
struct KvSection {
    /// Where the store of keys with values is; without it what the host has itself.
    url: Option<Secret<String>>,
}

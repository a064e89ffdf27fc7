//! The lease of the embedded store: a key for each timer, written in the same transaction that pushes its ticks.

use std::fmt;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::Mark;
use super::{Lease, LeaseError, Sight, Take, Taken, channel};
use crate::host::store::{KvEntry, KvPut, Op, Push, Store, StoreError, Unmet};
use crate::services::When;

/// How far timers have come, in the store of this machine.
#[derive(Clone)]
pub(crate) struct StoredLease {
    store: Store,
    remember: u64,
}

/// The space of the keys; a key is a timer's name.
const SPACE: &str = "faas.timers";

impl StoredLease {
    /// Makes the lease of a store that remembers idempotency keys for so many milliseconds.
    pub(crate) fn new(store: Store, remember: u64) -> Self {
        Self { store, remember }
    }
}

impl Lease for StoredLease {
    fn look(&self, timer: &str) -> BoxFuture<'static, Result<Sight, LeaseError>> {
        let (store, timer) = (self.store.clone(), Box::<str>::from(timer));
        async move {
            let written = store.kv_get(SPACE, &timer).await.map_err(fault)?;
            let counts = store.count(Some(&channel(&timer))).await.map_err(fault)?;
            Ok(Sight {
                version: written.as_ref().map(|entry| entry.version),
                mark: written.and_then(|entry| read(&entry)),
                pending: counts.iter().map(|counts| counts.depth()).sum(),
            })
        }
        .boxed()
    }

    fn take(&self, take: Take) -> BoxFuture<'static, Result<Taken, LeaseError>> {
        let store = self.store.clone();
        let push = Push {
            queue: channel(&take.timer),
            limit: None,
            remember: self.remember,
            messages: take.ticks,
        };
        let put = KvPut {
            space: SPACE.into(),
            key: (*take.timer).into(),
            value: write(take.mark).into(),
            ttl: None,
            when: take.version.map_or(When::Absent, When::Version),
        };
        async move {
            let then = if push.messages.is_empty() {
                Vec::new()
            } else {
                vec![Op::Push(push)]
            };
            match store.guarded(put, then).await.map_err(fault)? {
                Ok(_) => Ok(Taken::Ours),
                Err(Unmet::Conflict(_)) => Ok(Taken::Others),
                Err(unmet) => Err(LeaseError(unmet.to_string())),
            }
        }
        .boxed()
    }
}

impl fmt::Debug for StoredLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredLease").finish_non_exhaustive()
    }
}

fn fault(error: StoreError) -> LeaseError {
    LeaseError(error.to_string())
}

/// A [`Mark`] as it is stored.
#[derive(Deserialize, Serialize)]
struct Written {
    /// As RFC 3339 writes it.
    last: String,
    #[serde(default)]
    left_out: u32,
    #[serde(default)]
    served: Option<String>,
}

fn write(mark: Mark) -> Vec<u8> {
    let written = Written {
        last: mark.last.to_string(),
        left_out: mark.left_out,
        served: mark.served.map(|served| served.to_string()),
    };
    serde_json::to_vec(&written).expect("a struct of texts and a number")
}

/// Reads it; whatever else somebody has put there is no reason for a timer to stand still.
fn read(entry: &KvEntry) -> Option<Mark> {
    let written: Option<Written> = serde_json::from_slice(&entry.value).ok();
    let mark = written.and_then(|written| {
        let last: Option<Timestamp> = written.last.parse().ok();
        last.map(|last| Mark {
            last,
            left_out: written.left_out,
            served: written.served.and_then(|served| served.parse().ok()),
        })
    });
    if mark.is_none() {
        tracing::warn!(
            timer = &*entry.key,
            "the last due time in `{SPACE}` cannot be read: the timer begins anew"
        );
    }
    mark
}

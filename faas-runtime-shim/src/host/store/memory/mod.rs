//! The store in memory: the same answers as the real one, from code that is as plain as can be, and failures on demand.
//!
//! It is what the real one is compared with, and what simulations stand on: a [`Disk`] outlives the stores on it as files
//! outlive processes. Speed is of no account here.

mod claim;
mod kv;
mod look;
mod message;
mod state;
mod task;

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use self::state::State;
use super::error::StoreError;
use super::model::Millis;
use super::op::{Committed, Op, QueueStore};

/// What outlives a store.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    /// It is carried out and confirmed.
    Confirmed,
    /// It fails, and nothing of it is there.
    Refused,
    /// It fails, and all of it is there.
    Unconfirmed,
}

/// A store on a [`Disk`].
pub(crate) struct Memory {
    disk: Disk,
    script: Script,
}

/// Says what becomes of the next commit.
type Script = Box<dyn FnMut(&[Op]) -> Fate + Send>;

impl Memory {
    /// Makes a store that never fails.
    pub(crate) fn on(disk: &Disk) -> Self {
        Self::scripted(disk, |_| Fate::Confirmed)
    }

    /// Makes a store whose commits end as a script says.
    pub(crate) fn scripted(
        disk: &Disk,
        script: impl FnMut(&[Op]) -> Fate + Send + 'static,
    ) -> Self {
        Self {
            disk: disk.clone(),
            script: Box::new(script),
        }
    }

    /// Makes a store whose first commits end as told; the later ones are confirmed.
    pub(crate) fn with_fates(disk: &Disk, fates: impl IntoIterator<Item = Fate>) -> Self {
        let mut fates: VecDeque<Fate> = fates.into_iter().collect();
        Self::scripted(disk, move |_| fates.pop_front().unwrap_or(Fate::Confirmed))
    }
}

impl QueueStore for Memory {
    fn commit(&mut self, now: Millis, ops: &[Op]) -> Result<Committed, StoreError> {
        let fate = (self.script)(ops);
        let committed = match fate {
            Fate::Refused => Committed::default(),
            Fate::Confirmed | Fate::Unconfirmed => {
                let mut state = self.disk.0.lock().unwrap_or_else(PoisonError::into_inner);
                state.commit(now, ops)
            }
        };
        match fate {
            Fate::Confirmed => Ok(committed),
            Fate::Refused | Fate::Unconfirmed => Err(StoreError::Io {
                path: Path::new("memory").into(),
                why: "the script says so".to_owned(),
            }),
        }
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("disk", &self.disk)
            .finish_non_exhaustive()
    }
}

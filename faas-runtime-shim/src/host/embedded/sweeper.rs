//! Removes what is over: messages that nobody took in time, old dead letters, keys and tasks whose time has passed.

use std::sync::Arc;
use std::time::Duration;

use super::super::store::{Millis, Purge, Store, StoreError, Unwanted};
use super::message::{millis, span};
use super::settings::Rooms;
use crate::clock::Clock;

/// Sweeps a store from time to time.
pub(super) struct Sweeper {
    pub(super) store: Store,
    pub(super) rooms: Rooms,
    pub(super) clock: Arc<dyn Clock>,
}

/// How long it is from one sweep to the next.
const PERIOD: Duration = Duration::from_secs(60);

/// How many rows go in one commit, so that others need not wait.
const MOST: u32 = 500;

impl Sweeper {
    /// Sweeps until it is dropped.
    pub(super) async fn run(self) {
        loop {
            if let Err(error) = self.sweep().await {
                tracing::warn!("what is over could not be removed: {error}");
            }
            let next = self.clock.now().after(PERIOD);
            self.clock.sleep_until(next).await;
        }
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        let now = millis(self.clock.wall());
        for counts in self.store.count(None).await? {
            let room = self.rooms.stored(&counts.queue);
            if let Some(retention) = room.retention {
                let stale = Unwanted::Stale(before(now, retention));
                self.purge(&counts.queue, stale).await?;
            }
            if counts.dead > 0 {
                let dead = Unwanted::Dead(before(now, room.dead_retention));
                self.purge(&counts.queue, dead).await?;
            }
        }
        while self.store.forget(MOST).await? >= u64::from(MOST) {}
        Ok(())
    }

    async fn purge(&self, queue: &str, what: Unwanted) -> Result<(), StoreError> {
        loop {
            let purge = Purge {
                queue: queue.into(),
                what,
                most: MOST,
            };
            let gone = self.store.purge(purge).await?;
            if gone > 0 {
                tracing::info!(
                    queue,
                    messages = gone,
                    ?what,
                    "the time of messages was over"
                );
            }
            if gone < u64::from(MOST) {
                return Ok(());
            }
        }
    }
}

fn before(now: Millis, retention: Duration) -> Millis {
    now.saturating_sub(span(retention))
}

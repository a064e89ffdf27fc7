//! The slots of an instance: each a task with a connection of its own, so that polls are never more than the platform
//! wants and one that fails takes no other along.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::poller::{End, Slot, Stop};
use super::settings::Settings;
use crate::application::Application;
use crate::platform::poll::Endpoint;

/// The slots that are at work.
pub(super) struct Slots {
    tasks: JoinSet<End>,
    stop: Stop,
}

impl Slots {
    /// Starts as many as the platform wants.
    pub(super) fn start(
        endpoint: &Endpoint,
        application: &Application,
        settings: Settings,
    ) -> Self {
        let stop = Stop::default();
        let mut tasks = JoinSet::new();
        for _ in 0..settings.mode.slots() {
            let slot = Slot::new(
                endpoint.clone(),
                application.clone(),
                settings.clone(),
                stop.clone(),
            );
            tasks.spawn(slot.run());
        }
        Self { tasks, stop }
    }

    /// Completes once no slot is left.
    pub(super) async fn over(&mut self) {
        while self.tasks.join_next().await.is_some() {
            let left = self.tasks.len();
            if left > 0 && !self.stop.is_set() {
                tracing::error!(left, "a slot is lost; the others go on");
            }
        }
    }

    /// Ends the waiting polls and gives what is in flight this much time; tells whether all of it was answered.
    pub(super) async fn drain(mut self, within: Duration) -> bool {
        self.stop.set();
        // an invocation is over once its answer is through, not once its handler is
        timeout(within, self.over()).await.is_ok()
        // what is left is dropped with the tasks
    }
}

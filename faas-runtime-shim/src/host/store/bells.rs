//! Who wants to know when a queue is stirred.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// Tells when a queue was stirred.
#[derive(Debug)]
pub(crate) struct Listener(watch::Receiver<()>);

impl Listener {
    /// Completes once the queue was stirred after the last time that this completed. Never fails; a stopped store stirs no
    /// more.
    pub(crate) async fn stirred(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

/// The queues that somebody listens to.
#[derive(Debug, Default)]
pub(super) struct Bells(Mutex<HashMap<Box<str>, watch::Sender<()>>>);

impl Bells {
    pub(super) fn listen(&self, queue: &str) -> Listener {
        Listener(self.with(|bells| bells.entry(queue.into()).or_default().subscribe()))
    }

    pub(super) fn ring(&self, queue: &str) {
        self.with(|bells| {
            if let Some(bell) = bells.get(queue) {
                bell.send_replace(());
            }
        });
    }

    pub(super) fn ring_all(&self) {
        self.with(|bells| {
            for bell in bells.values() {
                bell.send_replace(());
            }
        });
    }

    /// Tells whether anybody listens.
    pub(super) fn are_heard(&self) -> bool {
        self.with(|bells| {
            bells.retain(|_, bell| bell.receiver_count() > 0);
            !bells.is_empty()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Box<str>, watch::Sender<()>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! Calls that nobody waits for: they run beside what their connection goes on to read, a bounded number of them.

use futures_util::FutureExt;
use tokio::task::JoinSet;

use crate::thrift::dispatch::Dispatched;

/// The calls of one connection that run beside it. They are dropped with it, so that they have an owner.
pub(super) struct Beside {
    running: JoinSet<usize>,
    bytes: usize,
    most_bytes: usize,
}

impl Beside {
    /// Makes room for calls whose messages have up to `most_bytes` together.
    pub(super) fn new(most_bytes: usize) -> Self {
        Self {
            running: JoinSet::new(),
            bytes: 0,
            most_bytes,
        }
    }

    /// Begins a call; gives it back if it needs a task of its own: most are through when they have begun.
    pub(super) fn begin(mut call: Dispatched) -> Option<Dispatched> {
        match (&mut call).now_or_never() {
            Some(_) => None,
            None => Some(call),
        }
    }

    /// Lets a call run whose message has so many bytes.
    pub(super) fn add(&mut self, call: Dispatched, bytes: usize) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.running.spawn(async move {
            let _ = call.await;
            bytes
        });
    }

    /// Waits until another call may begin.
    pub(super) async fn room(&mut self) {
        while self.running.len() >= MOST || self.bytes > self.most_bytes {
            if !self.ended().await {
                return;
            }
        }
        while let Some(ended) = self.running.try_join_next() {
            self.bytes = self.bytes.saturating_sub(ended.unwrap_or_default());
        }
    }

    /// Tells whether there is room now.
    pub(super) fn has_room(&self) -> bool {
        self.running.len() < MOST && self.bytes <= self.most_bytes
    }

    /// Waits until all are through.
    pub(super) async fn all(&mut self) {
        while self.ended().await {}
    }

    /// Waits until one is through; tells whether there was one.
    async fn ended(&mut self) -> bool {
        match self.running.join_next().await {
            Some(ended) => {
                self.bytes = self.bytes.saturating_sub(ended.unwrap_or_default());
                true
            }
            None => false,
        }
    }
}

/// Calls of one connection at once: a client that sends more is slowed down to the pace of its calls.
const MOST: usize = 64;

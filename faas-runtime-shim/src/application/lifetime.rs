//! How many invocations are in flight, how often the instance was restored, and whether it is about to stop.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use tokio::sync::Notify;
#[cfg(any(feature = "grpc", feature = "host"))]
use tokio::sync::SetOnce;

use super::Application;

/// Where an application is between its first invocation and its end.
#[derive(Default)]
pub(super) struct Lifetime {
    invoked: AtomicBool,
    in_flight: AtomicUsize,
    restores: AtomicU32,
    idle: Notify,
    /// Whether anybody may wait on `idle`; before it, no invocation pays for a notification.
    awaited: AtomicBool,
    #[cfg(any(feature = "grpc", feature = "host"))]
    draining: SetOnce<()>,
}

impl Application {
    /// Returns how many invocations are in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.lifetime.in_flight.load(Ordering::SeqCst)
    }

    /// Returns how often the instance has come out of a snapshot.
    ///
    /// The monotonic clock stands still in a snapshot. So what is held since before the last restore may be older than the
    /// clock says by any time: values that were kept for a while, connections that wait for their next use.
    #[must_use]
    pub fn restores(&self) -> u32 {
        self.0.lifetime.restores.load(Ordering::Relaxed)
    }

    /// Counts a restore.
    pub(super) fn restored(&self) {
        self.0.lifetime.restores.fetch_add(1, Ordering::Relaxed);
    }

    /// Completes once no invocation is in flight, and what was recorded is written.
    pub async fn idle(&self) {
        loop {
            let mut notified = std::pin::pin!(self.0.lifetime.idle.notified());
            notified.as_mut().enable();
            // with `leave` this is a store-then-load on both sides: only `SeqCst` lets neither miss the other
            self.0.lifetime.awaited.store(true, Ordering::SeqCst);
            if self.in_flight() == 0 {
                break;
            }
            notified.await;
        }
        if let Some(recorder) = &self.0.services.recorder {
            recorder.idle().await;
        }
    }

    /// Completes once the invocations that have ended are written, if they are recorded.
    pub async fn recorded(&self) {
        if let Some(recorder) = &self.0.services.recorder {
            recorder.written().await;
        }
    }

    /// Tells everybody who waits for it that the instance is about to stop.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) fn drain(&self) {
        // the second time it is known already
        let _ = self.0.lifetime.draining.set(());
    }

    /// Tells whether the instance is about to stop.
    #[cfg(feature = "grpc")]
    pub(crate) fn is_draining(&self) -> bool {
        self.0.lifetime.draining.initialized()
    }

    /// Completes once the instance is about to stop.
    #[cfg(feature = "grpc")]
    pub(crate) async fn draining(&self) {
        self.0.lifetime.draining.wait().await;
    }

    pub(crate) fn is_first_invocation(&self) -> bool {
        !self.0.lifetime.invoked.load(Ordering::Relaxed)
            && !self.0.lifetime.invoked.swap(true, Ordering::Relaxed)
    }

    pub(super) fn enter(&self) {
        self.0.lifetime.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn leave(&self) {
        let was_last = self.0.lifetime.in_flight.fetch_sub(1, Ordering::SeqCst) == 1;
        if was_last && self.0.lifetime.awaited.load(Ordering::SeqCst) {
            self.0.lifetime.idle.notify_waiters();
        }
    }
}

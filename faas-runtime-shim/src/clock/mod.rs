//! Time as a value: what deadlines, back-off, rates and schedules read instead of the system's clocks.
//!
//! [`Moment`] is our own monotonic time, since `std::time::Instant` cannot be made up in a test and panics on
//! `wasm32-unknown-unknown`. Begin with [`Clock`]; [`SystemClock`] is the real one, [`ManualClock`] the one tests move.

mod manual;
#[cfg(not(target_family = "wasm"))]
mod system;

use std::fmt;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;

pub use self::manual::ManualClock;
#[cfg(not(target_family = "wasm"))]
pub use self::system::SystemClock;

/// Where an application takes its time from.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the monotonic time.
    fn now(&self) -> Moment;

    /// Returns the wall-clock time, which may jump.
    fn wall(&self) -> SystemTime;

    /// Completes once [`now`](Self::now) has reached `at`; at once for a moment that has passed.
    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()>;
}

/// A point in monotonic time, counted from the origin of one [`Clock`].
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment(Duration);

impl Moment {
    /// Makes the moment that lies `age` after the clock's origin.
    #[must_use]
    pub const fn from_origin(age: Duration) -> Self {
        Self(age)
    }

    /// Returns how long after the clock's origin this is.
    #[must_use]
    pub const fn since_origin(self) -> Duration {
        self.0
    }

    /// Returns the time from `earlier` until this, zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns the moment that lies `span` later, the end of time if there is none.
    #[must_use]
    pub const fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

//! The clocks of the operating system.

#![expect(
    clippy::disallowed_methods,
    reason = "this is where the real time is read"
)]

use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::{Clock, Moment};

/// The longest sleep asked of tokio's timer; a later moment is far enough away to never come.
const FAR: Duration = Duration::from_secs(86_400 * 365);

/// The system's monotonic and wall clocks, with tokio's timer.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    /// Makes a clock whose origin is now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::from_origin(self.origin.elapsed())
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep_until(
            self.origin + at.since_origin().min(self.origin.elapsed() + FAR),
        ))
    }
}

//! What an instance tells about itself: log lines, panics, metrics.
//!
//! All of it is written by the one door and read by operators; nothing here decides anything. Which format, stream and
//! filter apply is handed in by whoever knows the platform. Traces travel as [`TraceContext`](crate::trace::TraceContext)
//! and need nothing here but two fields of each line. Start at `logs::init`.

pub(crate) mod figures;
pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod panic;
mod start;

pub use self::figures::Figures;
pub use self::logs::{Captured, LogPlan};
pub use self::metrics::own::{Metric, MetricValue, Unit};
pub use self::start::capture;
#[cfg(not(target_family = "wasm"))]
pub(crate) use self::start::init;

//! Where an instance runs, as far as its platform tells.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

/// Who knows where the instance runs.
pub trait Site: fmt::Debug + Send + Sync {
    /// Returns the id of the availability zone; `None` where there is none, or nobody tells.
    fn availability_zone(&self) -> BoxFuture<'_, Option<Arc<str>>>;

    /// Forgets what was told: the instance may be somewhere else now.
    fn forget(&self) {}
}

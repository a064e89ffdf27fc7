//! One selected function in a running application: its registration, its limits at work, its figures.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::pace::Pace;
use crate::clock::Moment;
use crate::function::{Function, Limits, RetryPolicy, Trigger, Type};
use crate::telemetry::Figures;
use crate::telemetry::metrics::{FunctionMetrics, OutcomeKind};

/// A function of a running application.
#[derive(Debug)]
pub struct FunctionState {
    function: &'static Function,
    permits: Option<Arc<Semaphore>>,
    pace: Option<Pace>,
    pub(crate) metrics: FunctionMetrics,
    /// Resources that are built at the first invocation which needs them.
    pub(crate) lazy: Vec<Type>,
}

impl FunctionState {
    pub(crate) fn new(function: &'static Function, lazy: Vec<Type>) -> Self {
        Self {
            function,
            permits: function.limits.concurrency.map(|limit| {
                let permits = usize::try_from(limit.get()).unwrap_or(usize::MAX);
                Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
            }),
            pace: function.limits.rate.map(Pace::new),
            metrics: FunctionMetrics::default(),
            lazy,
        }
    }

    /// Returns its registration.
    #[must_use]
    pub fn function(&self) -> &'static Function {
        self.function
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.function.origin.name
    }

    /// Returns the name of its trigger.
    #[must_use]
    pub fn trigger_name(&self) -> &'static str {
        self.function.trigger.name()
    }

    /// Returns its limits.
    #[must_use]
    pub fn limits(&self) -> &'static Limits {
        &self.function.limits
    }

    /// Returns how its failed deliveries are repeated.
    pub(crate) fn retry(&self) -> RetryPolicy {
        match &self.function.trigger {
            Trigger::Queue { spec, .. } => spec.retry,
            Trigger::Task { spec, .. } => spec.retry,
            _ => RetryPolicy::DEFAULT,
        }
    }

    /// Counts an invocation that was not begun.
    pub(crate) fn refused(&self, kind: OutcomeKind, figures: Option<&Arc<Figures>>) {
        self.metrics.refused(kind);
        if let Some(figures) = figures {
            figures.ended(self.name(), self.trigger_name(), kind, false);
        }
    }

    /// Admits an invocation now, or says after how long it may be tried again.
    pub(crate) fn try_admit(&self, now: Moment) -> Result<Option<OwnedSemaphorePermit>, Duration> {
        let permit = match &self.permits {
            None => None,
            Some(permits) => Some(Arc::clone(permits).try_acquire_owned().map_err(|_| BUSY)?),
        };
        if let Some(pace) = &self.pace {
            pace.try_take(now)?;
        }
        Ok(permit)
    }

    /// Whether an event invocation may have to wait before it is admitted.
    pub(crate) fn is_limited(&self) -> bool {
        self.permits.is_some() || self.pace.is_some()
    }

    /// Waits for a place among those that run at once.
    pub(crate) async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(self.permits.as_ref()?)
            .acquire_owned()
            .await
            .ok()
    }

    /// Takes the next place of the rate, and says how long it is until it comes.
    pub(crate) fn pace(&self, now: Moment) -> Duration {
        self.pace
            .as_ref()
            .map_or(Duration::ZERO, |pace| pace.take(now))
    }
}

/// What a client is told to wait when all places are taken: nobody knows when one falls free.
const BUSY: Duration = Duration::from_secs(1);

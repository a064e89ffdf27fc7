//! One selected function in a running application: its registration, its limits at work, its figures.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::pace::Pace;
use crate::clock::Moment;
use crate::function::{Function, Limits, RetryPolicy, Trigger, Type};
use crate::telemetry::Figures;
use crate::telemetry::metrics::{FunctionMetrics, OutcomeKind};

/// A place among those that run at once. It is free again when nobody has it any more: neither the invocation nor the thread
/// of a sync handler, which goes on past the deadline. What it is stays untold, as a context knows of it: a type with a drop of
/// its own in there would give users' own code lints.
pub(crate) type Place = Arc<dyn Any + Send + Sync>;

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
    pub(crate) fn try_admit(&self, now: Moment) -> Result<Option<Place>, Duration> {
        let place = match &self.permits {
            None => None,
            Some(permits) => {
                let permit = Arc::clone(permits).try_acquire_owned();
                Some(Arc::new(permit.map_err(|_| BUSY)?) as Place)
            }
        };
        if let Some(pace) = &self.pace {
            pace.try_take(now)?;
        }
        Ok(place)
    }

    /// Whether an event invocation may have to wait before it is admitted.
    pub(crate) fn is_limited(&self) -> bool {
        self.permits.is_some() || self.pace.is_some()
    }

    /// Waits for a place among those that run at once.
    pub(crate) async fn place(&self) -> Option<Place> {
        let permits = Arc::clone(self.permits.as_ref()?);
        let permit = permits.acquire_owned().await.ok()?;
        Some(Arc::new(permit))
    }

    /// Takes a place of the rate now, or says how long none is free.
    pub(crate) fn try_pace(&self, now: Moment) -> Result<(), Duration> {
        self.pace.as_ref().map_or(Ok(()), |pace| pace.try_take(now))
    }

    /// Says how many invocations the rate lets begin now, or how long none; without a rate as many as there are.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn free_places(&self, now: Moment) -> Result<u64, Duration> {
        self.pace
            .as_ref()
            .map_or(Ok(u64::MAX), |pace| pace.free(now))
    }
}

/// What a client is told to wait when all places are taken: nobody knows when one falls free.
const BUSY: Duration = Duration::from_secs(1);

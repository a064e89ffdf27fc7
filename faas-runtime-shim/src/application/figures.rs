//! The figures of an application: what each function did, and what handlers tell themselves.

use super::Application;
use crate::telemetry::Metric;
use crate::telemetry::metrics::own::Own as OwnMetrics;
use crate::telemetry::metrics::prometheus::render;

impl Application {
    /// Writes the figures of all functions in Prometheus' text form, with those that handlers tell themselves.
    #[must_use]
    pub fn metrics(&self) -> String {
        let mut text = String::new();
        render(
            self.0
                .functions
                .iter()
                .map(|state| (state.name(), state.trigger_name(), &state.metrics)),
            [],
            &mut text,
        );
        self.0.own_metrics.render(&mut text);
        text
    }

    /// Returns what handlers have told by [`Context::metric`](crate::invocation::Context::metric), by name and function.
    #[must_use]
    pub fn own_figures(&self) -> Vec<Metric> {
        self.0.own_metrics.all()
    }

    pub(crate) fn own_metrics(&self) -> &OwnMetrics {
        &self.0.own_metrics
    }
}

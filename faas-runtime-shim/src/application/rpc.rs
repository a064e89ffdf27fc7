//! The door for calls of services: what [`Application::http`] and [`Application::invoke`] are for requests and events.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Application;
use super::guard::{Answer, Guard, Ticket};
use crate::error::Error;
use crate::invocation::{Context, Parts};
use crate::telemetry::metrics::OutcomeKind;

impl Application {
    /// Takes a call to the function with this index, for which its caller leaves `within`. `entry` gets an error where
    /// something that the function needs cannot be built.
    ///
    /// # Errors
    ///
    /// Returns after how long it may be tried again if the function's limits refuse it now.
    pub(crate) fn call<A: Answer + 'static>(
        &self,
        function: usize,
        context: Context,
        within: Option<Duration>,
        entry: impl FnOnce(Result<Parts, Error>) -> BoxFuture<'static, A> + Send + 'static,
    ) -> Result<Guard<A>, Duration> {
        let state = &self.0.functions[function];
        let now = self.clock().now();
        let permit = state
            .try_admit(now)
            .inspect_err(|_| state.refused(OutcomeKind::Overload, context.figures()))?;
        // the context is shared only when it knows its function
        let ticket = Ticket::within(within, context, Arc::clone(state), now, permit);
        let parts = Parts::new(ticket.context().clone());
        let handler = match self.missing(function) {
            None => entry(Ok(parts)),
            Some(missing) => Box::pin(async move {
                let built = parts.application().build_lazy(missing, &parts).await;
                entry(built.map(|()| parts)).await
            }),
        };
        Ok(Guard::of_whole(handler, ticket))
    }
}

//! Sync handlers, which must not run on the threads that poll.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::telemetry::panic;

/// Runs a sync handler away from the threads that poll, as the current invocation.
///
/// A panic of the work goes on in the caller. Work that goes on past the invocation's deadline keeps its place among those
/// that run at once.
pub async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let Some(context) = crate::current::context() else {
        // nobody but an invocation calls it; without one there is no pool to ask for
        return work();
    };
    let (send, receive) = tokio::sync::oneshot::channel();
    let inner = context.clone();
    let place = context.place();
    context.application().spawn_blocking(Box::new(move || {
        let done = crate::current::enter(&inner, || catch_unwind(AssertUnwindSafe(work)));
        let done = done.map_err(|payload| (payload, panic::place()));
        // before the answer, so that whoever has that finds the place free
        drop(place);
        // whoever waited may be past its deadline
        let _ = send.send(done);
    }));
    match receive.await {
        Ok(Ok(value)) => value,
        Ok(Err((payload, place))) => panic::resume(payload, place),
        // the pool is gone, and with it the process in a moment
        Err(_) => std::future::pending().await,
    }
}

//! What an event may have to wait for before its function is called: a place, its turn in the rate, lazy resources, and
//! whether it was done before.
//!
//! HTTP requests do not wait for a place; theirs is in `routes`.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use futures_util::future::BoxFuture;

use super::holding::Holding;
use super::state::Place;
use super::{Application, FunctionState};
use crate::error::Error;
use crate::function::{EventEntry, Type};
use crate::invocation::{Context, Failure, FailureKind, Input, Outcome, Parts, Reply};

/// Waits for the function's limits and builds its lazy resources, then calls it, unless that was done before.
pub(super) fn admitted(
    entry: EventEntry,
    state: Arc<FunctionState>,
    missing: Option<Vec<Type>>,
    parts: Parts,
    input: Input,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let place = place(&state, parts.context()).await?;
        turn(&state, parts.context()).await?;
        if let Some(missing) = missing {
            parts.application().build_lazy(missing, &parts).await?;
        }
        let outcome = match state.function().idempotent {
            None => entry(parts, input).await,
            Some(rule) => (rule.once)(rule, entry, parts, input).await,
        };
        if let Ok(Reply {
            stream: Some(stream),
            ..
        }) = &outcome
        {
            // the place is taken until the stream has ended
            stream.map(|body| Body::new(Holding::new(body, place)));
        }
        outcome
    })
}

/// Waits for a place among those that run at once.
async fn place(state: &FunctionState, context: &Context) -> Result<Option<Place>, Failure> {
    let mut waiting = pin!(state.place());
    let place = poll_fn(|cx| match waiting.as_mut().poll(cx) {
        Poll::Ready(place) => Poll::Ready(Ok(place)),
        // the guard wakes it at the deadline, and polls it before it gives it up
        Poll::Pending if context.remaining() == Some(Duration::ZERO) => {
            let why = "all places of the function's `concurrency` were taken until the deadline";
            Poll::Ready(Err(overload(why)))
        }
        Poll::Pending => Poll::Pending,
    })
    .await?;
    if let Some(place) = &place {
        context.has_place(place);
    }
    Ok(place)
}

/// Waits for a place in the rate. It is taken when it has come and not before: whoever is given up leaves no gap.
async fn turn(state: &FunctionState, context: &Context) -> Result<(), Failure> {
    let clock = context.application().clock();
    loop {
        let now = clock.now();
        let Err(wait) = state.try_pace(now) else {
            return Ok(());
        };
        if let Some(left) = context.remaining()
            && left <= wait
        {
            return Err(overload(format!(
                "the function's `rate` has no place for another {wait:?}, and the invocation has {left:?} left"
            )));
        }
        clock.sleep_until(now.after(wait)).await;
    }
}

/// The failure of an invocation whose handler was not called, since one of its function's limits was reached.
fn overload(why: impl Into<String>) -> Failure {
    Failure::new(FailureKind::Overload, "Overload", why)
}

impl Application {
    /// Returns the lazy resources of a function that have not been built yet.
    #[inline]
    pub(super) fn missing(&self, function: usize) -> Option<Vec<Type>> {
        let state = self.0.functions.get(function)?;
        if state.lazy.is_empty() {
            return None;
        }
        let missing: Vec<_> = state
            .lazy
            .iter()
            .filter(|ty| !self.0.resources.is_built(**ty))
            .copied()
            .collect();
        (!missing.is_empty()).then_some(missing)
    }

    pub(super) async fn build_lazy(&self, missing: Vec<Type>, parts: &Parts) -> Result<(), Error> {
        for ty in missing {
            self.0.resources.ensure(ty, parts).await?;
        }
        Ok(())
    }
}

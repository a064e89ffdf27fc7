//! The view of what the host keeps, also of what is opened only when somebody publishes; before, nothing waits.

use std::future::ready;

use futures_util::future::BoxFuture;

use super::services::Below;
use crate::services::{
    DeadLetters, Operations, OperationsError, Purged, QueueState, Shown, Stage, TimerState,
};

impl Operations for Below {
    fn queues(&self) -> BoxFuture<'static, Result<Vec<QueueState>, OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().queues(),
            None => Box::pin(ready(Ok(Vec::new()))),
        }
    }

    fn peek(
        &self,
        queue: &str,
        stage: Stage,
        most: u32,
    ) -> BoxFuture<'static, Result<Vec<Shown>, OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().peek(queue, stage, most),
            None => none("queue", queue),
        }
    }

    fn redrive(
        &self,
        queue: &str,
        which: DeadLetters,
    ) -> BoxFuture<'static, Result<u64, OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().redrive(queue, which),
            None => none("queue", queue),
        }
    }

    fn purge(
        &self,
        queue: &str,
        what: Purged,
        most: u32,
    ) -> BoxFuture<'static, Result<u64, OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().purge(queue, what, most),
            None => none("queue", queue),
        }
    }

    fn timers(&self) -> BoxFuture<'static, Result<Vec<TimerState>, OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().timers(),
            None => Box::pin(ready(Ok(Vec::new()))),
        }
    }

    fn run_now(&self, timer: &str) -> BoxFuture<'static, Result<(), OperationsError>> {
        match self.opened() {
            Some(running) => running.operations().run_now(timer),
            None => none("timer", timer),
        }
    }
}

fn none<T: Send + 'static>(
    what: &'static str,
    name: &str,
) -> BoxFuture<'static, Result<T, OperationsError>> {
    Box::pin(ready(Err(OperationsError::Unknown {
        what,
        name: name.into(),
        known: "none".to_owned(),
    })))
}

//! What stands in where nothing is bound.

use std::future::ready;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    Cancelled, Conflict, DeadLetters, Delete, Entry, KeyValue, KvError, NewTask, Operations,
    OperationsError, Page, Purged, Put, QueueState, Scan, Shown, Site, Stage, Submitted, TaskError,
    TaskFilter, TaskId, TaskStatus, Tasks, TimerState,
};

/// Says which key of the configuration is missing, or who knows better.
#[derive(Debug)]
pub(super) struct Unbound {
    pub(super) platform: &'static str,
    /// The scheme of `kv.url`, if it names a store that nobody here speaks with.
    pub(super) kv_scheme: Option<Box<str>>,
}

impl Site for Unbound {
    fn availability_zone(&self) -> BoxFuture<'_, Option<Arc<str>>> {
        Box::pin(ready(None))
    }
}

impl Unbound {
    fn kv<T: Send + 'static>(&self) -> BoxFuture<'static, Result<T, KvError>> {
        let error = match &self.kv_scheme {
            None => KvError::Unbound {
                platform: self.platform,
            },
            Some(scheme) => KvError::Unsupported {
                why: format!("`kv.url` begins with `{scheme}://`, which this build does not speak"),
            },
        };
        Box::pin(ready(Err(error)))
    }

    fn task<T: Send + 'static>(
        &self,
        what: &'static str,
    ) -> BoxFuture<'static, Result<T, TaskError>> {
        let platform = self.platform;
        Box::pin(ready(Err(TaskError::Unsupported { what, platform })))
    }

    fn elsewhere<T: Send + 'static>(&self) -> BoxFuture<'static, Result<T, OperationsError>> {
        let platform = self.platform;
        Box::pin(ready(Err(OperationsError::Elsewhere { platform })))
    }
}

impl KeyValue for Unbound {
    fn get(&self, _: &str, _: &str) -> BoxFuture<'static, Result<Option<Entry>, KvError>> {
        self.kv()
    }

    fn put(&self, _: Put) -> BoxFuture<'static, Result<Result<u64, Conflict>, KvError>> {
        self.kv()
    }

    fn delete(&self, _: Delete) -> BoxFuture<'static, Result<Result<bool, Conflict>, KvError>> {
        self.kv()
    }

    fn scan(&self, _: Scan) -> BoxFuture<'static, Result<Page, KvError>> {
        self.kv()
    }

    fn is_bound(&self) -> bool {
        false
    }
}

impl Tasks for Unbound {
    fn submit(&self, task: NewTask) -> BoxFuture<'static, Result<Submitted, TaskError>> {
        Box::pin(ready(Err(TaskError::Unbound {
            function: task.function.into(),
            key: format!("tasks.{}.url", task.function),
            platform: self.platform,
        })))
    }

    fn status(&self, _: &TaskId) -> BoxFuture<'static, Result<Option<TaskStatus>, TaskError>> {
        self.task("what became of a task")
    }

    fn list(&self, _: TaskFilter) -> BoxFuture<'static, Result<Vec<TaskStatus>, TaskError>> {
        self.task("which tasks there are")
    }

    fn cancel(&self, _: &TaskId) -> BoxFuture<'static, Result<Option<Cancelled>, TaskError>> {
        self.task("which task to cancel")
    }

    fn is_bound(&self, _: &str) -> bool {
        false
    }
}

impl Operations for Unbound {
    fn queues(&self) -> BoxFuture<'static, Result<Vec<QueueState>, OperationsError>> {
        self.elsewhere()
    }

    fn peek(
        &self,
        _: &str,
        _: Stage,
        _: u32,
    ) -> BoxFuture<'static, Result<Vec<Shown>, OperationsError>> {
        self.elsewhere()
    }

    fn redrive(&self, _: &str, _: DeadLetters) -> BoxFuture<'static, Result<u64, OperationsError>> {
        self.elsewhere()
    }

    fn purge(
        &self,
        _: &str,
        _: Purged,
        _: u32,
    ) -> BoxFuture<'static, Result<u64, OperationsError>> {
        self.elsewhere()
    }

    fn timers(&self) -> BoxFuture<'static, Result<Vec<TimerState>, OperationsError>> {
        self.elsewhere()
    }

    fn run_now(&self, _: &str) -> BoxFuture<'static, Result<(), OperationsError>> {
        self.elsewhere()
    }
}

//! The tasks of the store, as handlers ask for them.

use std::future::ready;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::super::embedded::feed::Channel;
use super::super::embedded::message::{REMEMBER, span, time};
use super::super::embedded::settings::Rooms;
use super::super::store::{
    self, Cancelling, Content, NewMessage, Store, StoreError, Submit, TaskList,
};
use super::AtWork;
use super::feed::{Jobs, channel_of};
use crate::function::TaskSpec;
use crate::invocation::Attributes;
use crate::services::{
    ATTRIBUTE, CHANNEL, Cancelled, NewTask, Submitted, TaskError, TaskFailure, TaskFilter, TaskId,
    TaskResult, TaskState, TaskStatus, Tasks,
};

/// The tasks of a store.
#[derive(Clone, Debug)]
pub(crate) struct StoredTasks {
    store: Store,
    rooms: Rooms,
    at_work: AtWork,
}

/// How many tasks are listed where nobody says how many, and at most.
const LISTED: (u32, u32) = (100, 1000);

impl StoredTasks {
    pub(crate) fn new(store: Store, rooms: Rooms) -> Self {
        Self {
            store,
            rooms,
            at_work: AtWork::default(),
        }
    }

    /// Makes the channel of a task function; `None` if its tasks wait somewhere else.
    pub(crate) fn channel(
        &self,
        function: &str,
        spec: &TaskSpec,
        at_once: Option<usize>,
    ) -> Option<Channel> {
        // what is wrong with the binding has been told when the application was built
        let room = self.rooms.of(&channel_of(function)).ok()?;
        let jobs = Jobs {
            store: self.store.clone(),
            at_work: self.at_work.clone(),
        };
        (!room.is_elsewhere).then(|| jobs.channel(function, spec, at_once))
    }

    fn prepare(&self, id: &TaskId, task: NewTask) -> Result<Submit, TaskError> {
        let NewTask {
            function,
            payload,
            delay,
            priority,
            idempotency_key,
            keep,
            trace,
        } = task;
        let queue = channel_of(function);
        let room = self.rooms.of(&queue).map_err(|errors| {
            let (function, why) = (function.into(), errors.to_string());
            TaskError::Unpublishable { function, why }
        })?;
        let mut attributes = Attributes::default();
        attributes.push(ATTRIBUTE, id.as_str().to_owned());
        Ok(Submit {
            id: id.as_str().into(),
            queue,
            limit: room.depth,
            // the second is the first one for as long as it is known what became of that
            remember: span(REMEMBER.max(keep)),
            keep: span(keep),
            message: NewMessage {
                content: Content {
                    body: Some(payload.body),
                    media_type: payload.media_type,
                    attributes,
                    idempotency_key,
                    trace,
                },
                key: None,
                priority,
                delay: delay.map_or(0, span),
            },
        })
    }
}

impl Tasks for StoredTasks {
    fn submit(&self, task: NewTask) -> BoxFuture<'static, Result<Submitted, TaskError>> {
        let function = task.function;
        let prepared = TaskId::random().and_then(|id| self.prepare(&id, task));
        let submit = match prepared {
            Ok(submit) => submit,
            Err(error) => return ready(Err(error)).boxed(),
        };
        let store = self.store.clone();
        async move {
            let submitted = store.submit(submit).await;
            let submitted = submitted.map_err(|error| not_submitted(function, &error))?;
            Ok(Submitted {
                id: submitted.id.parse()?,
                repeated: submitted.repeated,
            })
        }
        .boxed()
    }

    fn status(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<TaskStatus>, TaskError>> {
        let (store, id) = (self.store.clone(), id.clone());
        async move {
            let task = store.task(id.as_str()).await.map_err(unreachable)?;
            task.map(status).transpose()
        }
        .boxed()
    }

    fn list(&self, filter: TaskFilter) -> BoxFuture<'static, Result<Vec<TaskStatus>, TaskError>> {
        let store = self.store.clone();
        let list = TaskList {
            queue: filter.function.as_deref().map(channel_of),
            states: filter.state.map_or(Vec::new(), stored_states),
            after: filter.after.map(|id| id.as_str().into()),
            most: match filter.most {
                0 => LISTED.0,
                most => most.min(LISTED.1),
            },
        };
        async move {
            let tasks = store.tasks(list).await.map_err(unreachable)?;
            tasks.into_iter().map(status).collect()
        }
        .boxed()
    }

    fn cancel(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<Cancelled>, TaskError>> {
        let (store, at_work, id) = (self.store.clone(), self.at_work.clone(), id.clone());
        async move {
            let cancelling = store.task_cancel(id.as_str()).await.map_err(unreachable)?;
            Ok(match cancelling {
                Cancelling::NotFound => None,
                Cancelling::Finished(reached) => Some(Cancelled::TooLate(state(reached))),
                Cancelling::Cancelled => Some(Cancelled::Now),
                Cancelling::Requested => {
                    // another process hears of it when it keeps its claim up
                    at_work.cancel_task(&id);
                    Some(Cancelled::Asked)
                }
            })
        }
        .boxed()
    }

    fn is_bound(&self, _: &str) -> bool {
        true
    }
}

fn status(task: store::Task) -> Result<TaskStatus, TaskError> {
    Ok(TaskStatus {
        id: task.id.parse()?,
        function: task
            .queue
            .strip_prefix(CHANNEL)
            .unwrap_or(&task.queue)
            .into(),
        state: state(task.state),
        attempts: task.attempt,
        progress: task.progress,
        submitted: time(task.submitted),
        started: task.started.map(time),
        finished: task.finished.map(time),
        due: task.due.map(time),
        cancelling: task.cancel_requested,
        result: task.result.map(|reply| TaskResult {
            body: reply.body,
            media_type: reply
                .media_type
                .unwrap_or("application/octet-stream".into()),
        }),
        failure: task.failure.map(|failed| TaskFailure {
            kind: failed.note.kind,
            message: failed.note.message,
        }),
    })
}

fn state(state: store::TaskState) -> TaskState {
    match state {
        store::TaskState::Queued | store::TaskState::Waiting => TaskState::Queued,
        store::TaskState::Running => TaskState::Running,
        store::TaskState::Succeeded => TaskState::Succeeded,
        store::TaskState::Dead => TaskState::Failed,
        store::TaskState::Cancelled => TaskState::Cancelled,
    }
}

fn stored_states(state: TaskState) -> Vec<store::TaskState> {
    match state {
        TaskState::Queued => vec![store::TaskState::Queued, store::TaskState::Waiting],
        TaskState::Running => vec![store::TaskState::Running],
        TaskState::Succeeded => vec![store::TaskState::Succeeded],
        TaskState::Failed => vec![store::TaskState::Dead],
        TaskState::Cancelled => vec![store::TaskState::Cancelled],
    }
}

fn not_submitted(function: &str, error: &StoreError) -> TaskError {
    let refused = |why, for_good| TaskError::Refused {
        function: function.into(),
        why,
        for_good,
    };
    match error {
        StoreError::Depth(full) => refused(
            format!(
                "{} of them wait, and `tasks.{function}.depth` allows {}",
                full.depth, full.limit
            ),
            false,
        ),
        StoreError::TooLarge { .. } | StoreError::Empty { .. } => refused(error.to_string(), true),
        _ => unreachable(error.clone()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn unreachable(error: StoreError) -> TaskError {
    TaskError::Unreachable {
        why: error.to_string(),
    }
}

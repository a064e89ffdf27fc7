//! Tasks in a test: kept in memory, run when the test says so.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use faas_runtime_shim::application::FunctionIndex;
use faas_runtime_shim::clock::Clock;
use faas_runtime_shim::function::Trigger;
use faas_runtime_shim::invocation::{Facts, Outcome, Payload, TaskHandle};
use faas_runtime_shim::services::{
    Cancelled, NewTask, Submitted, TaskError, TaskFailure, TaskFilter, TaskId, TaskResult,
    TaskState, TaskStatus, Tasks,
};
use faas_runtime_shim::settle::{Form, Means, Settlement, settle};
use serde::de::DeserializeOwned;

use super::TestApp;
use super::answer::decode;
use crate::extract::{Codec, trigger};
use crate::publish::new_task;
use crate::{Failure, FailureKind, Handler};

/// A task that was submitted.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub struct SubmittedTask {
    /// Its id.
    pub id: TaskId,
    /// What was submitted.
    pub task: NewTask,
}

impl SubmittedTask {
    /// Returns the name of its function.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.task.function
    }

    /// Decodes the job.
    ///
    /// # Panics
    ///
    /// Panics with the bytes if they are another document.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        decode(&self.task.payload.body)
    }
}

impl TestApp {
    /// Submits a job to a task function and runs it at once, as its first attempt; returns its answer, decoded.
    ///
    /// # Errors
    ///
    /// Returns the function's failure. A fn that is not annotated, or not selected, is one of kind
    /// [`Reject`](FailureKind::Reject).
    pub async fn run_task<H, A>(&self, function: H, job: H::Input) -> Result<H::Output, Failure>
    where
        H: Handler<trigger::Task, A>,
        H::InputCodec: Codec<H::Input>,
        H::OutputCodec: Codec<H::Output>,
    {
        drop(function);
        let task = new_task::<H, A>(&job).map_err(|error| Failure::from(error.into_error()))?;
        let Some(index) = self.application.by_name(task.function) else {
            return Err(Failure::from(crate::Error::reject(format!(
                "`{}` is not selected",
                task.function
            ))));
        };
        let id = self.tasks.keep(task).id;
        let reply = self.attempt(index, &id).await?;
        Ok(H::OutputCodec::decode(&reply)?)
    }

    /// Runs what was submitted and is due, one attempt of each task, and returns where each stands then.
    ///
    /// The higher priority runs first, then what was submitted first. What is submitted meanwhile runs the next time.
    pub async fn run_submitted(&self) -> Vec<TaskStatus> {
        let mut statuses = Vec::new();
        for (id, function) in self.tasks.due() {
            // another may have cancelled it meanwhile
            if let Some(index) = self.application.by_name(function)
                && self.tasks.is_queued(&id)
            {
                // the failure is in the status
                let _ = self.attempt(index, &id).await;
                statuses.extend(self.tasks.find(&id));
            }
        }
        statuses
    }

    /// Takes what has been submitted so far, in the order in which it was; nothing after [`App::unbound`](super::App::unbound).
    #[must_use]
    pub fn submitted(&self) -> Vec<SubmittedTask> {
        let mut kept = self.tasks.lock();
        let fresh = kept.iter_mut().filter(|kept| !kept.is_taken);
        fresh
            .map(|kept| {
                kept.is_taken = true;
                SubmittedTask {
                    id: kept.status.id.clone(),
                    task: kept.task.clone(),
                }
            })
            .collect()
    }

    /// Returns what handlers get as [`Tasks`](crate::Tasks).
    #[must_use]
    pub fn tasks(&self) -> crate::Tasks {
        crate::Tasks::of(&self.application)
    }

    async fn attempt(&self, function: FunctionIndex, id: &TaskId) -> Outcome {
        let (facts, payload) = self.tasks.begin(id);
        let outcome = self.application.invoke(function, facts, payload.into());
        let outcome = outcome.await;
        let Trigger::Task { spec, .. } = self.trigger(function) else {
            // only functions of this trigger are submitted to
            return outcome;
        };
        self.tasks.end(id, &outcome, |kind, attempt| {
            let means = Means {
                form: Form::Pulled,
                dead_letter: false,
            };
            settle(Some(kind), &spec.retry, Some(attempt), means)
        });
        outcome
    }
}

/// What became of tasks, as far as a test has run them.
#[derive(Clone)]
pub(super) struct Kept {
    all: Arc<Mutex<Vec<Task>>>,
    clock: Arc<dyn Clock>,
}

struct Task {
    task: NewTask,
    status: TaskStatus,
    /// How it is told to end while it runs.
    handle: Option<Arc<TaskHandle>>,
    /// Whether the test has taken note of it.
    is_taken: bool,
}

impl Kept {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            all: Arc::default(),
            clock,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Task>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> SystemTime {
        self.clock.wall()
    }

    fn keep(&self, task: NewTask) -> Submitted {
        let now = self.now();
        let mut all = self.lock();
        let repeated = all.iter().find(|kept| {
            task.idempotency_key.is_some()
                && kept.task.idempotency_key == task.idempotency_key
                && kept.task.function == task.function
        });
        if let Some(first) = repeated {
            return Submitted {
                id: first.status.id.clone(),
                repeated: true,
            };
        }
        let id = TaskId::random().expect("the system gives random numbers");
        all.push(Task {
            status: TaskStatus {
                id: id.clone(),
                function: task.function.into(),
                state: TaskState::Queued,
                attempts: 0,
                progress: None,
                submitted: now,
                started: None,
                finished: None,
                due: Some(now + task.delay.unwrap_or_default()),
                cancelling: false,
                result: None,
                failure: None,
            },
            task,
            handle: None,
            is_taken: false,
        });
        Submitted {
            id,
            repeated: false,
        }
    }

    fn due(&self) -> Vec<(TaskId, &'static str)> {
        let now = self.now();
        let all = self.lock();
        let mut due: Vec<_> = all
            .iter()
            .filter(|kept| kept.status.due.is_some_and(|due| due <= now))
            .collect();
        due.sort_by_key(|kept| std::cmp::Reverse(kept.task.priority));
        due.into_iter()
            .map(|kept| (kept.status.id.clone(), kept.task.function))
            .collect()
    }

    fn is_queued(&self, id: &TaskId) -> bool {
        self.find(id)
            .is_some_and(|status| status.state == TaskState::Queued)
    }

    fn find(&self, id: &TaskId) -> Option<TaskStatus> {
        let all = self.lock();
        let mut statuses = all.iter().map(|kept| &kept.status);
        statuses.find(|status| status.id == *id).cloned()
    }

    /// Changes a task that is kept.
    fn change<T>(&self, id: &TaskId, change: impl FnOnce(&mut Task) -> T) -> Option<T> {
        let mut all = self.lock();
        let found = all.iter_mut().find(|kept| kept.status.id == *id);
        found.map(change)
    }

    fn begin(&self, id: &TaskId) -> (Facts, Payload) {
        let now = self.now();
        let kept = self.clone();
        let handle = Arc::new(TaskHandle::new(id.clone(), move |id, text| {
            kept.change(id, |kept| kept.status.progress = Some(text.into()));
        }));
        let begun = self.change(id, |kept| {
            let status = &mut kept.status;
            status.state = TaskState::Running;
            status.attempts += 1;
            status.started = Some(now);
            status.due = None;
            let facts = Facts {
                attempt: Some(status.attempts),
                idempotency_key: (kept.task.idempotency_key.clone())
                    .or_else(|| Some(id.as_str().into())),
                trace: kept.task.trace.clone(),
                task: Some(Arc::clone(&handle)),
                ..Facts::default()
            };
            kept.handle = Some(handle);
            (facts, kept.task.payload.clone())
        });
        begun.expect("what runs was kept before")
    }

    fn end(
        &self,
        id: &TaskId,
        outcome: &Outcome,
        settle: impl FnOnce(FailureKind, u32) -> Settlement,
    ) {
        let now = self.now();
        self.change(id, |kept| {
            let is_cancelled = kept.handle.take().is_some_and(|it| it.is_cancelled());
            let status = &mut kept.status;
            status.cancelling = false;
            let failure = match outcome {
                Ok(reply) => {
                    status.state = TaskState::Succeeded;
                    status.finished = Some(now);
                    status.failure = None;
                    status.result = Some(TaskResult {
                        body: reply.body.clone(),
                        media_type: reply.media_type.clone(),
                    });
                    return;
                }
                Err(failure) => failure,
            };
            status.failure = Some(TaskFailure {
                kind: kind(failure.kind).into(),
                message: failure.message.as_str().into(),
            });
            status.state = match settle(failure.kind, status.attempts) {
                _ if is_cancelled => TaskState::Cancelled,
                Settlement::Redeliver { after } => {
                    status.due = Some(now + after);
                    TaskState::Queued
                }
                Settlement::Return => {
                    status.due = Some(now);
                    TaskState::Queued
                }
                _ => TaskState::Failed,
            };
            status.finished = status.state.is_final().then_some(now);
        });
    }
}

fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Reject => "reject",
        FailureKind::Panic => "panic",
        FailureKind::Deadline => "deadline",
        _ => "retry",
    }
}

type Done<T> = std::pin::Pin<Box<dyn Future<Output = Result<T, TaskError>> + Send>>;

impl Tasks for Kept {
    fn submit(&self, task: NewTask) -> Done<Submitted> {
        let kept = self.clone();
        Box::pin(async move { Ok(kept.keep(task)) })
    }

    fn status(&self, id: &TaskId) -> Done<Option<TaskStatus>> {
        Box::pin(std::future::ready(Ok(self.find(id))))
    }

    fn list(&self, filter: TaskFilter) -> Done<Vec<TaskStatus>> {
        let TaskFilter {
            function,
            state,
            after,
            most,
        } = filter;
        let all = self.lock();
        let mut statuses: Vec<_> = all.iter().map(|kept| &kept.status).rev().collect();
        if let Some(after) = after {
            let before = statuses.iter().position(|status| status.id == after);
            statuses.drain(..before.map_or(statuses.len(), |index| index + 1));
        }
        let is_wanted = |status: &&&TaskStatus| {
            function.as_ref().is_none_or(|it| *it == status.function)
                && state.is_none_or(|it| it == status.state)
        };
        let most = if most == 0 { usize::MAX } else { most as usize };
        let wanted = statuses.iter().filter(is_wanted).take(most);
        let wanted = wanted.map(|status| (*status).clone()).collect();
        Box::pin(std::future::ready(Ok(wanted)))
    }

    fn cancel(&self, id: &TaskId) -> Done<Option<Cancelled>> {
        let now = self.now();
        let cancelled = self.change(id, |kept| match kept.status.state {
            TaskState::Queued => {
                kept.status.state = TaskState::Cancelled;
                kept.status.finished = Some(now);
                kept.status.due = None;
                Cancelled::Now
            }
            TaskState::Running => {
                kept.status.cancelling = true;
                if let Some(handle) = &kept.handle {
                    handle.cancel();
                }
                Cancelled::Asked
            }
            state => Cancelled::TooLate(state),
        });
        Box::pin(std::future::ready(Ok(cancelled)))
    }

    fn is_bound(&self, _: &str) -> bool {
        true
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept")
            .field("tasks", &self.lock().len())
            .finish_non_exhaustive()
    }
}

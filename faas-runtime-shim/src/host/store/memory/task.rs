//! Tasks.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::error::{Lost, Refused};
use super::super::model::{Millis, after, cut};
use super::super::task::{
    Cancelling, Held, Reply, Submit, Submitted, Task, TaskList, TaskProgress, TaskState,
};
use super::message::Message;
use super::state::State;

/// What is kept of a task.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// What is known, as far as its message does not say it.
    task: Task,
    /// How long it is kept after its end.
    keep: u64,
    /// Until when it is kept in any case.
    until: Millis,
}

/// What becomes of a task when its message leaves its queue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'a> {
    Succeeded(Option<&'a Reply>),
    /// It is a dead letter now.
    Dead(&'a str),
    /// Something was pushed instead of it.
    Replaced(&'a str),
    Cancelled,
}

impl State {
    pub(super) fn submit(&mut self, now: Millis, submit: &Submit) -> Result<Submitted, Refused> {
        let earlier = |id: &str| Submitted {
            id: id.into(),
            repeated: true,
        };
        if self.record(&submit.id).is_some() {
            return Ok(earlier(&submit.id));
        }
        let queue: Arc<str> = (*submit.queue).into();
        let key = submit.message.content.idempotency_key.clone();
        let until = key.as_ref().map_or(0, |_| after(now, submit.remember));
        if let Some(key) = key {
            let name = (Arc::clone(&queue), key);
            if let Some((message, _)) = self.known.get(&name).filter(|(_, until)| *until > now) {
                match self.tasks.get(message) {
                    Some(record) => return Ok(earlier(&record.task.id)),
                    None => {
                        self.known.remove(&name);
                    }
                }
            }
        }
        let message = self.push(now, &submit.push())?[0].id;
        let task = Task {
            id: submit.id.clone(),
            queue,
            message,
            state: TaskState::Queued,
            attempt: 0,
            progress: None,
            submitted: now,
            started: None,
            finished: None,
            due: None,
            cancel_requested: false,
            result: None,
            failure: None,
            reason: None,
            expires: None,
        };
        let keep = after(0, submit.keep);
        self.tasks.insert(message, Record { task, keep, until });
        Ok(Submitted {
            id: submit.id.clone(),
            repeated: false,
        })
    }

    pub(super) fn task_progress(&mut self, progress: &TaskProgress) -> Result<Held, Lost> {
        self.held(progress.token).ok_or(Lost)?;
        let record = self.tasks.get_mut(&progress.token.id).ok_or(Lost)?;
        record.task.progress = Some(progress.text.clone());
        Ok(Held {
            cancel: record.task.cancel_requested,
        })
    }

    pub(super) fn task_cancel(&mut self, now: Millis, id: &str) -> Cancelling {
        let Some(task) = self.task_get(now, id) else {
            return Cancelling::NotFound;
        };
        match task.state {
            TaskState::Running => {
                if let Some(record) = self.tasks.get_mut(&task.message) {
                    record.task.cancel_requested = true;
                }
                Cancelling::Requested
            }
            TaskState::Queued | TaskState::Waiting => {
                self.leave(now, task.message, Ending::Cancelled);
                Cancelling::Cancelled
            }
            state => Cancelling::Finished(state),
        }
    }

    pub(super) fn forget_tasks(&mut self, now: Millis, most: usize) -> usize {
        let mut over: Vec<(Millis, i64)> = self
            .tasks
            .iter()
            .filter_map(|(number, record)| Some((record.task.expires?, *number)))
            .filter(|(expires, _)| *expires <= now)
            .collect();
        over.sort_unstable();
        over.truncate(most);
        for (_, number) in &over {
            self.tasks.remove(number);
        }
        over.len()
    }

    pub(super) fn end_task(&mut self, now: Millis, message: &Message, ending: Ending<'_>) {
        let Some(Record { task, keep, until }) = self.tasks.get_mut(&message.id) else {
            return;
        };
        let (state, reason) = match ending {
            Ending::Succeeded(_) => (TaskState::Succeeded, None),
            Ending::Dead(reason) | Ending::Replaced(reason) => (TaskState::Dead, Some(cut(reason))),
            Ending::Cancelled => (TaskState::Cancelled, None),
        };
        let is_letter = matches!(ending, Ending::Dead(_));
        *task = Task {
            state,
            attempt: message.attempt,
            started: message.started(),
            finished: Some(now),
            cancel_requested: false,
            result: match ending {
                Ending::Succeeded(reply) => reply.cloned(),
                Ending::Dead(_) | Ending::Replaced(_) | Ending::Cancelled => None,
            },
            failure: reason.and_then(|_| message.history.last().cloned()),
            reason: reason.map(Into::into),
            expires: (!is_letter).then(|| after(now, *keep).max(*until)),
            ..task.clone()
        };
    }

    pub(super) fn revive_task(&mut self, number: i64) {
        if let Some(Record { task, .. }) = self.tasks.get_mut(&number) {
            *task = Task {
                state: TaskState::Queued,
                progress: None,
                finished: None,
                reason: None,
                ..task.clone()
            };
        }
    }

    pub(super) fn let_task_expire(&mut self, now: Millis, number: i64) {
        if let Some(Record { task, keep, until }) = self.tasks.get_mut(&number) {
            task.expires = Some(after(now, *keep).max(*until));
        }
    }

    pub(super) fn task_get(&self, now: Millis, id: &str) -> Option<Task> {
        self.record(id).map(|record| self.look_at(now, record))
    }

    pub(super) fn task_list(&self, now: Millis, list: &TaskList) -> Vec<Task> {
        let before = match list.after.as_deref() {
            None => i64::MAX,
            Some(id) => self.record(id).map_or(0, |record| record.task.message),
        };
        let mut tasks: Vec<Task> = self
            .tasks
            .values()
            .map(|record| self.look_at(now, record))
            .filter(|task| task.message < before)
            .filter(|task| {
                list.queue
                    .as_deref()
                    .is_none_or(|queue| *queue == *task.queue)
            })
            .filter(|task| list.wants(task.state))
            .map(|task| Task {
                result: None,
                ..task
            })
            .collect();
        tasks.sort_by_key(|task| Reverse(task.message));
        tasks.truncate(list.most as usize);
        tasks
    }

    pub(super) fn is_to_end(&self, message: i64) -> bool {
        self.tasks
            .get(&message)
            .is_some_and(|record| record.task.cancel_requested)
    }

    fn record(&self, id: &str) -> Option<&Record> {
        self.tasks.values().find(|record| *record.task.id == *id)
    }

    fn look_at(&self, now: Millis, Record { task, .. }: &Record) -> Task {
        let message = self.messages.get(&task.message);
        let Some(message) = message.filter(|_| !task.state.is_final()) else {
            return task.clone();
        };
        let lease = message.lease.map(|(_, until)| until);
        let state = TaskState::of_message(now, lease, message.attempt);
        Task {
            state,
            attempt: message.attempt,
            started: message.started(),
            due: (state != TaskState::Running).then_some(message.due),
            failure: message.history.last().cloned(),
            ..task.clone()
        }
    }
}

impl Message {
    /// When its latest attempt began, if one has.
    fn started(&self) -> Option<Millis> {
        self.claimed.filter(|_| self.attempt > 0)
    }
}

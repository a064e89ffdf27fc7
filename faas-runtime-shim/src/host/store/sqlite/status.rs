//! What is known about tasks.

use rusqlite::Row;

use super::super::task::{Reply, Task, TaskList, TaskState};
use super::batch::Batch;
use super::row::{Place, bytes, failed_attempt, media_type};
use super::task::code;

impl Place {
    /// When its latest attempt began, if one has.
    pub(super) fn started(&self) -> Option<u64> {
        self.claimed.filter(|_| self.attempt > 0)
    }
}

impl Batch<'_> {
    pub(super) fn task_get(&mut self, id: &str) -> rusqlite::Result<Option<Task>> {
        match self.number_of(id)? {
            Some(number) => self.task(number, true).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn task_list(&mut self, list: &TaskList) -> rusqlite::Result<Vec<Task>> {
        let before = match &list.after {
            None => Some(i64::MAX),
            Some(id) => self.number_of(id)?,
        };
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        let queues: Vec<i64> = match &list.queue {
            Some(queue) => self.queue(queue)?.into_iter().collect(),
            None => self
                .statement("SELECT id FROM queue")?
                .query_map((), |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        };
        let mut numbers = Vec::new();
        for queue in queues {
            self.list_in(queue, list, before, &mut numbers)?;
        }
        numbers.sort_unstable_by(|one, other| other.cmp(one));
        numbers.truncate(list.most as usize);
        numbers
            .into_iter()
            .map(|number| self.task(number, false))
            .collect()
    }

    /// Finds the latest tasks of a queue.
    fn list_in(
        &self,
        queue: i64,
        list: &TaskList,
        before: i64,
        numbers: &mut Vec<i64>,
    ) -> rusqlite::Result<()> {
        let waiting = UNDER_WAY.map(|state| list.wants(state));
        if waiting == [true; 3] {
            self.numbers(queue, code(TaskState::Queued), list, before, numbers)?;
        } else {
            for (state, _) in UNDER_WAY.iter().zip(waiting).filter(|(_, wanted)| *wanted) {
                self.under_way(queue, *state, list, before, numbers)?;
            }
        }
        for state in OVER.into_iter().filter(|state| list.wants(*state)) {
            self.numbers(queue, code(state), list, before, numbers)?;
        }
        Ok(())
    }

    fn numbers(
        &self,
        queue: i64,
        code: u8,
        list: &TaskList,
        before: i64,
        numbers: &mut Vec<i64>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.statement(
            "SELECT message FROM task INDEXED BY tasks
             WHERE queue = ?1 AND state = ?2 AND message < ?3 ORDER BY message DESC LIMIT ?4",
        )?;
        let found = statement.query_map((queue, code, before, list.most), |row| row.get(0))?;
        for number in found {
            numbers.push(number?);
        }
        Ok(())
    }

    /// Finds those in one of the states that the message alone tells.
    fn under_way(
        &self,
        queue: i64,
        state: TaskState,
        list: &TaskList,
        before: i64,
        numbers: &mut Vec<i64>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.statement(
            "SELECT task.message FROM task INDEXED BY tasks
             CROSS JOIN message ON message.id = task.message
             WHERE task.queue = ?1 AND task.state = 0 AND task.message < ?2
             AND coalesce(message.lease > ?3, 0) = ?4 AND (?4 OR (message.attempt = 0) = ?5)
             ORDER BY task.message DESC LIMIT ?6",
        )?;
        let (running, queued) = (state == TaskState::Running, state == TaskState::Queued);
        let found = statement.query_map(
            (queue, before, self.now, running, queued, list.most),
            |row| row.get(0),
        )?;
        for number in found {
            numbers.push(number?);
        }
        Ok(())
    }

    /// Returns what is known about a task that there is.
    pub(super) fn task(&mut self, number: i64, with_result: bool) -> rusqlite::Result<Task> {
        let (queue, is_over, mut task) = self
            .statement(
                "SELECT queue, state, message, id, attempt, progress, submitted, started, finished,
                 cancel, expires, reason, failed, failed_attempt, kind, note, media_type,
                 CASE WHEN ?2 THEN result END
                 FROM task WHERE message = ?1",
            )?
            .query_row((number, with_result), read)?;
        task.queue = self.name_of(queue)?;
        if !is_over {
            let place = self.place(number)?;
            let place = place.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            task.state = TaskState::of_message(self.now, place.lease, place.attempt);
            task.attempt = place.attempt;
            task.started = place.started();
            task.due = (task.state != TaskState::Running).then_some(place.due);
            task.failure = self.last_failure(number)?;
        }
        Ok(task)
    }
}

const UNDER_WAY: [TaskState; 3] = [TaskState::Queued, TaskState::Running, TaskState::Waiting];
const OVER: [TaskState; 3] = [TaskState::Succeeded, TaskState::Dead, TaskState::Cancelled];

/// Reads the number of the queue, whether the task is over, and what the record says.
fn read(row: &Row<'_>) -> rusqlite::Result<(i64, bool, Task)> {
    let stored: u8 = row.get(1)?;
    let over = OVER.into_iter().find(|state| code(*state) == stored);
    let is_cancelling: bool = row.get(9)?;
    let failed: Option<u64> = row.get(12)?;
    let result = bytes(row, 17)?;
    let task = Task {
        id: row.get(3)?,
        queue: "".into(),
        message: row.get(2)?,
        state: over.unwrap_or(TaskState::Queued),
        attempt: row.get(4)?,
        progress: row.get(5)?,
        submitted: row.get(6)?,
        started: row.get(7)?,
        finished: row.get(8)?,
        due: None,
        cancel_requested: is_cancelling && over.is_none(),
        result: match result {
            Some(body) => Some(Reply {
                body,
                media_type: media_type(row, 16)?,
            }),
            None => None,
        },
        failure: match failed {
            Some(_) => Some(failed_attempt(row, 12)?),
            None => None,
        },
        reason: row.get(11)?,
        expires: row.get(10)?,
    };
    Ok((row.get(0)?, over.is_some(), task))
}

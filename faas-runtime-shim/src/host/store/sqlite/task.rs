//! Tasks: how they begin, and how they end.

use super::super::error::{Lost, Refused};
use super::super::model::{Millis, after, cut};
use super::super::task::{Cancelling, Held, Reply, Submit, Submitted, TaskProgress, TaskState};
use super::batch::{Batch, optional};
use super::row::Place;

/// What becomes of a task when its message leaves its queue.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'a> {
    Succeeded(Option<&'a Reply>),
    Dead {
        reason: &'a str,
        /// Whether the message is kept as a dead letter.
        letter: bool,
    },
    Cancelled,
}

impl Ending<'_> {
    fn state(self) -> TaskState {
        match self {
            Self::Succeeded(_) => TaskState::Succeeded,
            Self::Dead { .. } => TaskState::Dead,
            Self::Cancelled => TaskState::Cancelled,
        }
    }
}

/// What stands in the column `state`.
pub(super) fn code(state: TaskState) -> u8 {
    match state {
        TaskState::Queued | TaskState::Running | TaskState::Waiting => 0,
        TaskState::Succeeded => 1,
        TaskState::Dead => 2,
        TaskState::Cancelled => 3,
    }
}

impl Batch<'_> {
    pub(super) fn submit(
        &mut self,
        submit: &Submit,
    ) -> rusqlite::Result<Result<Submitted, Refused>> {
        if let Some(earlier) = self.earlier(submit)? {
            return Ok(Ok(Submitted {
                id: earlier,
                repeated: true,
            }));
        }
        let receipts = match self.push(&submit.push())? {
            Ok(receipts) => receipts,
            Err(refused) => return Ok(Err(refused)),
        };
        let queue = self.queue_or_new(&submit.queue)?;
        let until = match submit.message.content.idempotency_key {
            Some(_) => after(self.now, submit.remember),
            None => 0,
        };
        for receipt in receipts {
            self.run(
                "INSERT INTO task (message, id, queue, submitted, keep, until)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    receipt.id,
                    &submit.id,
                    queue,
                    self.now,
                    after(0, submit.keep),
                    until,
                ),
            )?;
        }
        Ok(Ok(Submitted {
            id: submit.id.clone(),
            repeated: false,
        }))
    }

    /// Returns the id of the task that this one repeats.
    fn earlier(&mut self, submit: &Submit) -> rusqlite::Result<Option<Box<str>>> {
        if self.number_of(&submit.id)?.is_some() {
            return Ok(Some(submit.id.clone()));
        }
        let (Some(queue), Some(key)) = (
            self.queue(&submit.queue)?,
            submit.message.content.idempotency_key.as_deref(),
        ) else {
            return Ok(None);
        };
        let Some(message) = self.known(queue, key)? else {
            return Ok(None);
        };
        let earlier = optional(
            self.statement("SELECT id FROM task WHERE message = ?1")?
                .query_row([message], |row| row.get(0)),
        )?;
        if earlier.is_none() {
            // a message that is no task has used it, so the task is none that was sent before
            self.run(
                "DELETE FROM known WHERE queue = ?1 AND key = ?2",
                (queue, key),
            )?;
        }
        Ok(earlier)
    }

    pub(super) fn task_progress(
        &mut self,
        progress: &TaskProgress,
    ) -> rusqlite::Result<Result<Held, Lost>> {
        let token = progress.token;
        let holds = self
            .place(token.id)?
            .is_some_and(|place| place.token() == token);
        if !holds {
            return Ok(Err(Lost));
        }
        let changed = self.run(
            "UPDATE task SET progress = ?2 WHERE message = ?1",
            (token.id, &progress.text),
        )?;
        if changed == 0 {
            return Ok(Err(Lost));
        }
        let cancel = self.is_to_end(token.id)?;
        Ok(Ok(Held { cancel }))
    }

    pub(super) fn task_cancel(&mut self, id: &str) -> rusqlite::Result<Cancelling> {
        let Some(number) = self.number_of(id)? else {
            return Ok(Cancelling::NotFound);
        };
        let state = self.task(number, false)?.state;
        if state.is_final() {
            return Ok(Cancelling::Finished(state));
        }
        if state == TaskState::Running {
            self.run("UPDATE task SET cancel = 1 WHERE message = ?1", [number])?;
            return Ok(Cancelling::Requested);
        }
        let place = self.place(number)?;
        self.drop_task(&place.ok_or(rusqlite::Error::QueryReturnedNoRows)?)?;
        Ok(Cancelling::Cancelled)
    }

    /// Removes tasks whose time is over, the longest first.
    pub(super) fn task_forget(&self, most: u32) -> rusqlite::Result<u32> {
        let forgotten = self.run(
            "DELETE FROM task WHERE message IN (
                 SELECT message FROM task INDEXED BY task_over WHERE expires <= ?1
                 ORDER BY expires, message LIMIT ?2
             )",
            (self.now, most),
        )?;
        Ok(u32::try_from(forgotten).unwrap_or(most))
    }

    /// Removes a message that nothing more comes of; if it is that of a task, the task is cancelled.
    pub(super) fn drop_task(&mut self, place: &Place) -> rusqlite::Result<()> {
        self.end_task(place, Ending::Cancelled)?;
        self.remove(place)
    }

    /// Writes down what became of a task, if the message is that of one. To be called before the message leaves its queue.
    pub(super) fn end_task(&self, place: &Place, ending: Ending<'_>) -> rusqlite::Result<()> {
        let Some(expires) = self.expiry(place.id)? else {
            return Ok(());
        };
        let (reply, reason, has_letter) = match ending {
            Ending::Succeeded(reply) => (reply, None, false),
            Ending::Dead { reason, letter } => (None, Some(cut(reason)), letter),
            Ending::Cancelled => (None, None, false),
        };
        let failure = match reason {
            Some(_) => self.last_failure(place.id)?,
            None => None,
        };
        let failure = failure.as_ref();
        self.run(
            "UPDATE task SET state = ?2, attempt = ?3, started = ?4, finished = ?5, expires = ?6,
             reason = ?7, failed = ?8, failed_attempt = ?9, kind = ?10, note = ?11,
             media_type = ?12, result = ?13 WHERE message = ?1",
            (
                place.id,
                code(ending.state()),
                place.attempt,
                place.started(),
                self.now,
                (!has_letter).then_some(expires),
                reason,
                failure.map(|failure| failure.at),
                failure.map(|failure| failure.attempt),
                failure.map(|failure| &failure.note.kind),
                failure.map(|failure| &failure.note.message),
                reply.and_then(|reply| reply.media_type.as_deref()),
                reply.map(|reply| &*reply.body),
            ),
        )?;
        Ok(())
    }

    /// Begins a task anew whose dead letter is taken back.
    pub(super) fn revive_task(&self, number: i64) -> rusqlite::Result<()> {
        self.run(
            "UPDATE task SET state = 0, cancel = 0, finished = NULL, reason = NULL, failed = NULL,
             failed_attempt = NULL, kind = NULL, note = NULL, progress = NULL WHERE message = ?1",
            [number],
        )?;
        Ok(())
    }

    /// From now on the record of a task stands alone: its dead letter goes.
    pub(super) fn let_task_expire(&self, number: i64) -> rusqlite::Result<()> {
        if let Some(expires) = self.expiry(number)? {
            self.run(
                "UPDATE task SET expires = ?2 WHERE message = ?1",
                (number, expires),
            )?;
        }
        Ok(())
    }

    /// Tells whether a message is that of a task which is asked to end.
    pub(super) fn is_to_end(&self, message: i64) -> rusqlite::Result<bool> {
        let cancel = optional(
            self.statement("SELECT cancel FROM task WHERE message = ?1")?
                .query_row([message], |row| row.get(0)),
        )?;
        Ok(cancel == Some(1))
    }

    /// Returns until when the record of a task is kept that ends now.
    fn expiry(&self, message: i64) -> rusqlite::Result<Option<Millis>> {
        let kept = optional(
            self.statement("SELECT keep, until FROM task WHERE message = ?1")?
                .query_row([message], |row| Ok((row.get(0)?, row.get(1)?))),
        )?;
        Ok(kept.map(|(keep, until): (u64, Millis)| after(self.now, keep).max(until)))
    }

    /// Returns the number of the task of an id.
    pub(super) fn number_of(&self, id: &str) -> rusqlite::Result<Option<i64>> {
        optional(
            self.statement("SELECT message FROM task WHERE id = ?1")?
                .query_row([id], |row| row.get(0)),
        )
    }
}

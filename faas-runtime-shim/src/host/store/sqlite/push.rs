//! Pushing.

use std::collections::BTreeSet;

use super::super::error::Refused;
use super::super::model::{NewMessage, after};
use super::super::op::{Push, Receipt};
use super::batch::{Batch, optional};

impl Batch<'_> {
    pub(super) fn push(&mut self, push: &Push) -> rusqlite::Result<Result<Vec<Receipt>, Refused>> {
        let queue = self.queue_or_new(&push.queue)?;
        if push
            .messages
            .iter()
            .any(|message| message.content.idempotency_key.is_some())
        {
            self.forget_keys()?;
        }
        if let Some(limit) = push.limit
            && let Err(refused) = self.make_sure_of_room(queue, push, limit)?
        {
            return Ok(Err(refused));
        }
        let mut receipts = Vec::with_capacity(push.messages.len());
        for message in &push.messages {
            receipts.push(self.push_one(queue, message, push.remember)?);
        }
        if receipts.iter().any(|receipt| !receipt.repeated) {
            self.stir(queue);
        }
        Ok(Ok(receipts))
    }

    fn make_sure_of_room(
        &mut self,
        queue: i64,
        push: &Push,
        limit: u64,
    ) -> rusqlite::Result<Result<(), Refused>> {
        let depth = self.tally(queue)?.live.unsigned_abs();
        let mut keys = BTreeSet::new();
        let mut new = 0;
        for message in &push.messages {
            match message.content.idempotency_key.as_deref() {
                Some(key)
                    if push.remember > 0
                        && (keys.contains(key) || self.known(queue, key)?.is_some()) => {}
                key => {
                    keys.extend(key);
                    new += 1;
                }
            }
        }
        if new == 0 || depth + new <= limit {
            return Ok(Ok(()));
        }
        Ok(Err(Refused {
            queue: push.queue.clone(),
            depth,
            limit,
        }))
    }

    fn push_one(
        &mut self,
        queue: i64,
        message: &NewMessage,
        remember: u64,
    ) -> rusqlite::Result<Receipt> {
        let key = message.content.idempotency_key.as_deref();
        let key = key.filter(|_| remember > 0);
        if let Some(key) = key
            && let Some(id) = self.known(queue, key)?
        {
            return Ok(Receipt { id, repeated: true });
        }
        let id = self.new_id()?;
        self.write_content(id, &message.content)?;
        self.enqueue(&Entry {
            id,
            queue,
            lane: message.key.as_deref(),
            priority: message.priority,
            due: after(self.now, message.delay),
            fence: 0,
        })?;
        if let Some(key) = key {
            self.run(
                "INSERT OR REPLACE INTO known (queue, key, id, until) VALUES (?1, ?2, ?3, ?4)",
                (queue, key, id, after(self.now, remember)),
            )?;
        }
        Ok(Receipt {
            id,
            repeated: false,
        })
    }

    /// Puts a message whose content is written into its queue, at the end of its lane.
    pub(super) fn enqueue(&mut self, entry: &Entry<'_>) -> rusqlite::Result<()> {
        let (place, waits) = match entry.lane {
            None => (None, false),
            Some(lane) => {
                let last: Option<i64> = self
                    .statement("SELECT max(place) FROM message WHERE queue = ?1 AND lane = ?2")?
                    .query_row((entry.queue, lane), |row| row.get(0))?;
                let place = last.map_or(entry.id, |last| entry.id.max(last + 1));
                (Some(place), last.is_some())
            }
        };
        self.run(
            "INSERT INTO message (id, queue, waits, priority, due, attempt, fence, lane, place)
             VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8)",
            (
                entry.id,
                entry.queue,
                waits,
                entry.priority,
                entry.due,
                entry.fence,
                entry.lane,
                place,
            ),
        )?;
        self.tally(entry.queue)?.live += 1;
        Ok(())
    }

    /// Returns the message that was sent with this idempotency key, as long as it is remembered.
    pub(super) fn known(&self, queue: i64, key: &str) -> rusqlite::Result<Option<i64>> {
        optional(
            self.statement("SELECT id FROM known WHERE queue = ?1 AND key = ?2 AND until > ?3")?
                .query_row((queue, key, self.now), |row| row.get(0)),
        )
    }

    fn forget_keys(&self) -> rusqlite::Result<()> {
        // a few at a time: that many more than come in
        self.run(
            "DELETE FROM known WHERE (queue, key) IN (
                 SELECT queue, key FROM known INDEXED BY forgotten WHERE until <= ?1 LIMIT 256
             )",
            [self.now],
        )?;
        Ok(())
    }
}

/// What [`Batch::enqueue`] puts into a queue.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) id: i64,
    pub(super) queue: i64,
    pub(super) lane: Option<&'a [u8]>,
    pub(super) priority: i16,
    pub(super) due: u64,
    pub(super) fence: i64,
}

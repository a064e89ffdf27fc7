//! Settling.

use super::super::error::Lost;
use super::super::model::{Token, Verdict, after, cut};
use super::super::op::Push;
use super::super::task::letter_reason;
use super::batch::Batch;
use super::row::Place;
use super::task::Ending;

impl Batch<'_> {
    pub(super) fn settle(
        &mut self,
        verdicts: &[(Token, Verdict)],
    ) -> rusqlite::Result<Vec<Result<(), Lost>>> {
        verdicts
            .iter()
            .map(|(token, verdict)| self.settle_one(*token, verdict))
            .collect()
    }

    fn settle_one(
        &mut self,
        token: Token,
        verdict: &Verdict,
    ) -> rusqlite::Result<Result<(), Lost>> {
        let Some(place) = self.place(token.id)?.filter(|place| place.token() == token) else {
            return Ok(Err(Lost));
        };
        let comes_again = matches!(verdict, Verdict::Again { .. } | Verdict::Return { .. });
        if comes_again && self.is_to_end(place.id)? {
            self.drop_task(&place)?;
            return Ok(Ok(()));
        }
        match verdict {
            Verdict::Done => {
                self.end_task(&place, Ending::Succeeded(None))?;
                self.remove(&place)?;
            }
            Verdict::Finished(reply) => {
                self.end_task(&place, Ending::Succeeded(Some(reply)))?;
                self.remove(&place)?;
            }
            Verdict::Cancelled => self.drop_task(&place)?,
            Verdict::Again {
                after: span,
                failure,
            } => {
                self.write_failure(place.id, place.attempt, failure)?;
                let due = after(self.now, *span);
                self.put_back(&place, due, place.attempt)?;
            }
            Verdict::Return { after: span } => {
                let due = match span {
                    0 => place.due,
                    span => after(self.now, *span),
                };
                self.put_back(&place, due, place.attempt.saturating_sub(1))?;
            }
            Verdict::Dead { reason, failure } => {
                self.write_failure(place.id, place.attempt, failure)?;
                self.bury(&place, reason)?;
            }
            Verdict::Letter(letter) => {
                // a letter that is refused for want of room would be lost
                let letter = Push {
                    limit: None,
                    ..(**letter).clone()
                };
                // cannot be refused without a limit
                let _ = self.push(&letter)?;
                let reason = letter_reason(&letter.queue);
                self.end_task(
                    &place,
                    Ending::Dead {
                        reason: &reason,
                        letter: false,
                    },
                )?;
                self.remove(&place)?;
            }
        }
        Ok(Ok(()))
    }

    fn put_back(&mut self, place: &Place, due: u64, attempt: u32) -> rusqlite::Result<()> {
        self.run(
            "UPDATE message SET lease = NULL, owner = NULL, due = ?2, attempt = ?3, fence = ?4
             WHERE id = ?1",
            (place.id, due, attempt, place.fence + 1),
        )?;
        self.stir(place.queue);
        Ok(())
    }

    /// Removes a message for good.
    pub(super) fn remove(&mut self, place: &Place) -> rusqlite::Result<()> {
        self.leave(place)?;
        self.remove_content(place.id, place.has_history())
    }

    pub(super) fn remove_content(&self, id: i64, has_history: bool) -> rusqlite::Result<()> {
        self.run("DELETE FROM content WHERE id = ?1", [id])?;
        if has_history {
            self.run("DELETE FROM failure WHERE message = ?1", [id])?;
        }
        Ok(())
    }

    /// Makes a dead letter of a message.
    pub(super) fn bury(&mut self, place: &Place, reason: &str) -> rusqlite::Result<()> {
        self.end_task(
            place,
            Ending::Dead {
                reason,
                letter: true,
            },
        )?;
        self.leave(place)?;
        self.run(
            "INSERT INTO dead (id, queue, died, reason, priority, due, attempt, fence, lane)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                place.id,
                place.queue,
                self.now,
                cut(reason),
                place.priority,
                place.due,
                place.attempt,
                // a token is spent also when the message comes back from the dead letters
                place.fence + 1,
                place.lane.as_deref(),
            ),
        )?;
        self.tally(place.queue)?.dead += 1;
        Ok(())
    }

    /// Takes a message out of its queue; what was next behind it in its lane becomes the first.
    fn leave(&mut self, place: &Place) -> rusqlite::Result<()> {
        self.run("DELETE FROM message WHERE id = ?1", [place.id])?;
        self.tally(place.queue)?.live -= 1;
        let Some(lane) = place.lane.as_deref() else {
            return Ok(());
        };
        let moved = self.run(
            "UPDATE message SET waits = 0 WHERE id = (
                 SELECT id FROM message INDEXED BY lanes WHERE queue = ?1 AND lane = ?2
                 ORDER BY place LIMIT 1
             ) AND waits = 1",
            (place.queue, lane),
        )?;
        if moved > 0 {
            self.stir(place.queue);
        }
        Ok(())
    }
}

//! Dead letters taken back, and messages removed.

use super::super::model::{Millis, after};
use super::super::op::{Purge, Redrive, Unwanted, Which};
use super::batch::{Batch, optional};
use super::claim::ALL;
use super::push::Entry;
use super::row::{Place, select_dead};

impl Batch<'_> {
    pub(super) fn redrive(&mut self, redrive: &Redrive) -> rusqlite::Result<u64> {
        let Some(queue) = self.queue(&redrive.queue)? else {
            return Ok(0);
        };
        let ids = match &redrive.which {
            Which::Ids(ids) => ids.clone(),
            Which::Until(died, most) => self.deaths(queue, after(0, *died), *most)?,
        };
        let mut redriven = 0;
        for id in ids {
            let letter = optional(
                self.statement(select_dead!("", "WHERE id = ?1 AND queue = ?2"))?
                    .query_row((id, queue), Place::read),
            )?;
            let Some(letter) = letter else { continue };
            self.exhume(queue, id)?;
            self.revive_task(id)?;
            self.enqueue(&Entry {
                id,
                queue,
                lane: letter.lane.as_deref(),
                priority: letter.priority,
                due: self.now,
                fence: letter.fence,
            })?;
            redriven += 1;
        }
        if redriven > 0 {
            self.stir(queue);
        }
        Ok(redriven)
    }

    pub(super) fn purge(&mut self, purge: &Purge) -> rusqlite::Result<u64> {
        let Some(queue) = self.queue(&purge.queue)? else {
            return Ok(0);
        };
        self.release_expired(queue)?;
        match purge.what {
            Unwanted::Dead(died) => {
                let ids = self.deaths(queue, after(0, died), purge.most)?;
                for &id in &ids {
                    self.exhume(queue, id)?;
                    self.let_task_expire(id)?;
                    self.remove_content(id, true)?;
                }
                Ok(ids.len() as u64)
            }
            Unwanted::Stale(due) => {
                let places = self.unclaimed(queue, ALL, after(0, due), purge.most)?;
                for place in &places {
                    self.bury(place, "nobody has claimed it in time")?;
                }
                Ok(places.len() as u64)
            }
            Unwanted::Unclaimed => {
                let places = self.unclaimed(queue, ALL, after(0, u64::MAX), purge.most)?;
                for place in &places {
                    self.drop_task(place)?;
                }
                Ok(places.len() as u64)
            }
        }
    }

    /// Returns the dead letters that died by a time, the longest dead first.
    fn deaths(&self, queue: i64, died: Millis, most: u32) -> rusqlite::Result<Vec<i64>> {
        self.statement(
            "SELECT id FROM dead INDEXED BY deaths WHERE queue = ?1 AND died <= ?2
             ORDER BY died, id LIMIT ?3",
        )?
        .query_map((queue, died, most), |row| row.get(0))?
        .collect()
    }

    /// Takes a message out of the dead letters.
    fn exhume(&mut self, queue: i64, id: i64) -> rusqlite::Result<()> {
        self.run("DELETE FROM dead WHERE id = ?1", [id])?;
        self.tally(queue)?.dead -= 1;
        Ok(())
    }
}

//! Looking without claiming: messages one by one, and figures.

use std::sync::Arc;

use super::super::model::{Counts, Death, Millis, Peeked};
use super::super::op::{Peek, View};
use super::batch::Batch;
use super::claim::ALL;
use super::row::{Place, select_dead, select_place};

impl Batch<'_> {
    pub(super) fn peek(&mut self, peek: &Peek) -> rusqlite::Result<Vec<Peeked>> {
        let Some(queue) = self.queue(&peek.queue)? else {
            return Ok(Vec::new());
        };
        self.release_expired(queue)?;
        let found = match peek.view {
            View::Ready => alive(self.unclaimed(queue, ALL, self.now, peek.most)?),
            View::Delayed => alive(self.delayed(queue, peek.most)?),
            View::Leased => alive(self.places(
                select_place!(
                    "INDEXED BY leased WHERE queue = ?1 AND lease IS NOT NULL
                     ORDER BY lease, id LIMIT ?2"
                ),
                (queue, peek.most),
            )?),
            View::Dead => self.dead(queue, peek.most)?,
        };
        let name = self.name_of(queue)?;
        let (mut peeked, mut bytes) = (Vec::new(), 0);
        for (place, death) in found {
            let leased_until = place.lease;
            let history = self.history(place.id)?;
            let message = self.stored(place, &name)?;
            bytes += message.content.size();
            if bytes > MOST_BYTES && !peeked.is_empty() {
                break;
            }
            peeked.push(Peeked {
                leased_until,
                history,
                message,
                death,
            });
        }
        Ok(peeked)
    }

    pub(super) fn count(&mut self, queue: Option<&str>) -> rusqlite::Result<Vec<Counts>> {
        let names: Vec<Arc<str>> = match queue {
            Some(queue) => vec![queue.into()],
            None => self
                .statement("SELECT name FROM queue ORDER BY name")?
                .query_map((), |row| row.get(0))?
                .collect::<Result<_, _>>()?,
        };
        let mut counts = Vec::with_capacity(names.len());
        for name in names {
            if let Some(queue) = self.queue(&name)? {
                counts.push(self.count_one(queue, name)?);
            }
        }
        Ok(counts)
    }

    fn count_one(&mut self, queue: i64, name: Arc<str>) -> rusqlite::Result<Counts> {
        self.release_expired(queue)?;
        let tally = *self.tally(queue)?;
        let leased: u64 = self
            .statement(
                "SELECT count(*) FROM message INDEXED BY leased
                 WHERE queue = ?1 AND lease IS NOT NULL",
            )?
            .query_row([queue], |row| row.get(0))?;
        let (mut delayed, mut first): (u64, Option<Millis>) = (0, None);
        self.each_stream(queue, ALL, |waits, priority| {
            delayed += self
                .statement(
                    "SELECT count(*) FROM message INDEXED BY ready WHERE queue = ?1 AND waits = ?2
                     AND lease IS NULL AND priority = ?3 AND due > ?4",
                )?
                .query_row((queue, waits, priority, self.now), |row| {
                    row.get::<_, u64>(0)
                })?;
            let due: Option<Millis> = self
                .statement(
                    "SELECT min(due) FROM message INDEXED BY ready WHERE queue = ?1 AND waits = ?2
                     AND lease IS NULL AND priority = ?3 AND due <= ?4",
                )?
                .query_row((queue, waits, priority, self.now), |row| row.get(0))?;
            first = [first, due].into_iter().flatten().min();
            Ok(())
        })?;
        let live = tally.live.unsigned_abs();
        Ok(Counts {
            queue: name,
            ready: live.saturating_sub(leased + delayed),
            delayed,
            leased,
            dead: tally.dead.unsigned_abs(),
            oldest: first.map(|first| self.now - first),
        })
    }

    /// Returns what is not due yet, the next first.
    fn delayed(&self, queue: i64, most: u32) -> rusqlite::Result<Vec<Place>> {
        let mut delayed = Vec::new();
        self.each_stream(queue, ALL, |waits, priority| {
            delayed.extend(self.places(
                select_place!(
                    "INDEXED BY ready WHERE queue = ?1 AND waits = ?2 AND lease IS NULL
                     AND priority = ?3 AND due > ?4 ORDER BY due, id LIMIT ?5"
                ),
                (queue, waits, priority, self.now, most),
            )?);
            Ok(())
        })?;
        delayed.sort_by_key(|place| (place.due, place.id));
        delayed.truncate(most as usize);
        Ok(delayed)
    }

    fn dead(&self, queue: i64, most: u32) -> rusqlite::Result<Vec<(Place, Option<Death>)>> {
        self.statement(select_dead!(
            ", died, reason",
            "INDEXED BY deaths WHERE queue = ?1 ORDER BY died, id LIMIT ?2"
        ))?
        .query_map((queue, most), |row| {
            let death = Death {
                at: row.get(10)?,
                reason: row.get(11)?,
            };
            Ok((Place::read(row)?, Some(death)))
        })?
        .collect()
    }
}

/// How much content is shown at once, unless one message alone has more.
const MOST_BYTES: usize = 16 * 1024 * 1024;

fn alive(places: Vec<Place>) -> Vec<(Place, Option<Death>)> {
    places.into_iter().map(|place| (place, None)).collect()
}

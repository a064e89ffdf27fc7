//! Claiming, and how long claims last.

use std::sync::Arc;

use rusqlite::Params;

use super::super::error::Lost;
use super::super::model::{Claimed, Millis, Note, OwnerId, after};
use super::super::op::{Claim, Claims, Extend};
use super::super::task::Held;
use super::batch::Batch;
use super::row::{Place, select_place};

/// Which messages a claim or a look goes through, by whether they wait behind another one of their lane.
pub(super) const FIRST_OF_LANES: &[bool] = &[false];
pub(super) const ALL: &[bool] = &[false, true];

impl Batch<'_> {
    pub(super) fn claim(&mut self, claim: &Claim) -> rusqlite::Result<Claims> {
        let Some(queue) = self.queue(&claim.queue)? else {
            return Ok(Claims::default());
        };
        self.release_expired(queue)?;
        let name = self.name_of(queue)?;
        let mut taken = Taken {
            claim,
            name: &name,
            messages: Vec::new(),
            bytes: 0,
            full: false,
        };
        let streams = if claim.ordered { FIRST_OF_LANES } else { ALL };
        let mut lanes = Vec::new();
        for place in self.unclaimed(queue, streams, self.now, claim.most)? {
            let lane = place.lane.clone().zip(place.place);
            if !self.take(place, &mut taken)? {
                break;
            }
            lanes.extend(lane);
        }
        // what is behind a claimed message comes only after the first of all lanes: those can be worked on side by side
        if claim.ordered {
            for (lane, place) in lanes {
                self.follow(queue, &lane, place, &mut taken)?;
            }
        }
        let messages = taken.messages;
        let next = if room(claim.most, &messages) > 0 {
            self.next_in(queue, streams)?
        } else {
            None
        };
        Ok(Claims { messages, next })
    }

    pub(super) fn extend(&mut self, extend: &Extend) -> rusqlite::Result<Vec<Result<Held, Lost>>> {
        let until = after(self.now, extend.lease);
        extend
            .tokens
            .iter()
            .map(|token| {
                let changed = self.run(
                    "UPDATE message SET lease = ?3, owner = ?4 WHERE id = ?1 AND fence = ?2",
                    (token.id, token.fence, until, extend.owner.0),
                )?;
                if changed == 0 {
                    return Ok(Err(Lost));
                }
                let cancel = self.is_to_end(token.id)?;
                Ok(Ok(Held { cancel }))
            })
            .collect()
    }

    /// Gives back what a process had claimed that is gone.
    pub(super) fn abandon(&mut self, owner: OwnerId) -> rusqlite::Result<u64> {
        let places = self.places(
            select_place!("INDEXED BY leased WHERE lease IS NOT NULL AND owner = ?1"),
            [owner.0],
        )?;
        for place in &places {
            self.release(place, &Note::abandoned())?;
            self.stir(place.queue);
        }
        Ok(places.len() as u64)
    }

    pub(super) fn next_due(&mut self, queue: &str, ordered: bool) -> rusqlite::Result<Option<u64>> {
        match self.queue(queue)? {
            Some(queue) => self.next_in(queue, if ordered { FIRST_OF_LANES } else { ALL }),
            None => Ok(None),
        }
    }

    /// Makes messages claimable again whose lease has run out.
    pub(super) fn release_expired(&mut self, queue: i64) -> rusqlite::Result<()> {
        let expired = self.places(
            select_place!("INDEXED BY leased WHERE queue = ?1 AND lease <= ?2"),
            (queue, self.now),
        )?;
        for place in expired {
            self.release(&place, &Note::lost())?;
        }
        Ok(())
    }

    /// The fence stays: as long as nobody else has claimed it, who had it may still settle it. If it is to end, it ends here.
    fn release(&mut self, place: &Place, note: &Note) -> rusqlite::Result<()> {
        if self.is_to_end(place.id)? {
            return self.drop_task(place);
        }
        self.write_failure(place.id, place.attempt, note)?;
        self.run(
            "UPDATE message SET lease = NULL, owner = NULL WHERE id = ?1",
            [place.id],
        )?;
        Ok(())
    }

    /// Returns what is due by a time and claimed by nobody, the highest priority first, then the longest due.
    pub(super) fn unclaimed(
        &self,
        queue: i64,
        streams: &[bool],
        due: Millis,
        most: u32,
    ) -> rusqlite::Result<Vec<Place>> {
        let mut found = Vec::new();
        let mut below = i64::MAX;
        while room(most, &found) > 0
            && let Some(priority) = self.next_priority(queue, streams, below)?
        {
            let missing = room(most, &found);
            let mut equals = Vec::new();
            for &waits in streams {
                equals.extend(self.places(
                    select_place!(
                        "INDEXED BY ready WHERE queue = ?1 AND waits = ?2 AND lease IS NULL
                         AND priority = ?3 AND due <= ?4 ORDER BY due, id LIMIT ?5"
                    ),
                    (queue, waits, priority, due, missing),
                )?);
            }
            if streams.len() > 1 {
                equals.sort_by_key(|place| (place.due, place.id));
                equals.truncate(missing as usize);
            }
            found.append(&mut equals);
            below = priority;
        }
        Ok(found)
    }

    /// Returns the highest priority below one that a message has which nobody has claimed.
    fn next_priority(
        &self,
        queue: i64,
        streams: &[bool],
        below: i64,
    ) -> rusqlite::Result<Option<i64>> {
        let mut highest = None;
        for &waits in streams {
            let priority: Option<i64> = self
                .statement(
                    "SELECT max(priority) FROM message INDEXED BY ready
                     WHERE queue = ?1 AND waits = ?2 AND lease IS NULL AND priority < ?3",
                )?
                .query_row((queue, waits, below), |row| row.get(0))?;
            highest = highest.max(priority);
        }
        Ok(highest)
    }

    /// Goes through the parts of `ready` that are sorted by due time alone: one for each priority and each kind of place in a
    /// lane.
    pub(super) fn each_stream(
        &self,
        queue: i64,
        streams: &[bool],
        mut each: impl FnMut(bool, i64) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut below = i64::MAX;
        while let Some(priority) = self.next_priority(queue, streams, below)? {
            for &waits in streams {
                each(waits, priority)?;
            }
            below = priority;
        }
        Ok(())
    }

    /// Returns in how many milliseconds something can be claimed that cannot be yet.
    fn next_in(&self, queue: i64, streams: &[bool]) -> rusqlite::Result<Option<u64>> {
        let mut next: Option<Millis> = self
            .statement(
                "SELECT min(lease) FROM message INDEXED BY leased
                 WHERE queue = ?1 AND lease IS NOT NULL",
            )?
            .query_row([queue], |row| row.get(0))?;
        self.each_stream(queue, streams, |waits, priority| {
            let due: Option<Millis> = self
                .statement(
                    "SELECT min(due) FROM message INDEXED BY ready
                     WHERE queue = ?1 AND waits = ?2 AND lease IS NULL AND priority = ?3",
                )?
                .query_row((queue, waits, priority), |row| row.get(0))?;
            next = [next, due].into_iter().flatten().min();
            Ok(())
        })?;
        Ok(next.map(|next| next.saturating_sub(self.now)))
    }

    /// Claims what follows a claimed message in its lane, until something is not due or there is enough.
    fn follow(
        &self,
        queue: i64,
        lane: &[u8],
        place: i64,
        taken: &mut Taken<'_>,
    ) -> rusqlite::Result<()> {
        let missing = room(taken.claim.most, &taken.messages);
        if missing == 0 || taken.full {
            return Ok(());
        }
        let behind = self.places(
            select_place!(
                "INDEXED BY lanes WHERE queue = ?1 AND lane = ?2 AND place > ?3
                 ORDER BY place LIMIT ?4"
            ),
            (queue, lane, place, missing),
        )?;
        for place in behind {
            if place.lease.is_some() || place.due > self.now || !self.take(place, taken)? {
                break;
            }
        }
        Ok(())
    }

    /// Claims a message, if it is not too large to go with the others.
    fn take(&self, mut place: Place, taken: &mut Taken<'_>) -> rusqlite::Result<bool> {
        place.attempt = place.attempt.saturating_add(1);
        place.fence += 1;
        let (token, attempt) = (place.token(), place.attempt);
        let message = self.stored(place, taken.name)?;
        let size = message.content.size();
        if !taken.messages.is_empty() && taken.bytes + size > taken.claim.most_bytes {
            taken.full = true;
            return Ok(false);
        }
        let lease = after(self.now, taken.claim.lease);
        self.run(
            "UPDATE message SET lease = ?2, owner = ?3, attempt = ?4, fence = ?5, claimed = ?6
             WHERE id = ?1",
            (
                token.id,
                lease,
                taken.claim.owner.0,
                attempt,
                token.fence,
                self.now,
            ),
        )?;
        taken.bytes += size;
        taken.messages.push(Claimed { message, token });
        Ok(true)
    }

    pub(super) fn places(
        &self,
        sql: &'static str,
        parameters: impl Params,
    ) -> rusqlite::Result<Vec<Place>> {
        self.statement(sql)?
            .query_map(parameters, Place::read)?
            .collect()
    }
}

/// Returns how many more there may be.
fn room<T>(most: u32, found: &[T]) -> u32 {
    most.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX))
}

/// What a claim has got so far.
struct Taken<'a> {
    claim: &'a Claim,
    name: &'a Arc<str>,
    messages: Vec<Claimed>,
    bytes: usize,
    /// Whether something was left because of its size.
    full: bool,
}

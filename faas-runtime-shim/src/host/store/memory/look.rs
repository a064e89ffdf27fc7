//! Looks, and what is done by hand to messages that nobody has claimed.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::model::{Counts, Millis, Peeked};
use super::super::op::{Peek, Purge, Redrive, Unwanted, View, Which};
use super::message::Message;
use super::state::State;
use super::task::Ending;

impl State {
    pub(super) fn peek(&mut self, now: Millis, peek: &Peek) -> Vec<Peeked> {
        self.release_expired(now, &peek.queue);
        let mut found: Vec<&Message> = self
            .messages
            .values()
            .filter(|message| *message.queue == *peek.queue)
            .filter(|message| message.view(now) == peek.view)
            .collect();
        match peek.view {
            View::Ready => {
                found.sort_by_key(|message| (Reverse(message.priority), message.due, message.id));
            }
            View::Delayed => found.sort_by_key(|message| (message.due, message.id)),
            View::Leased => {
                found.sort_by_key(|message| (message.lease.map(|(_, until)| until), message.id))
            }
            View::Dead => found.sort_by_key(|message| message.death_order()),
        }
        found.truncate(peek.most as usize);
        found
            .into_iter()
            .map(|message| Peeked {
                message: message.stored(),
                leased_until: message.lease.map(|(_, until)| until),
                death: message.death.clone(),
                history: message.history.clone(),
            })
            .collect()
    }

    pub(super) fn count(&mut self, now: Millis, queue: Option<&str>) -> Vec<Counts> {
        let queues: Vec<_> = self
            .queues
            .iter()
            .filter(|name| queue.is_none_or(|queue| *queue == ***name))
            .cloned()
            .collect();
        queues
            .into_iter()
            .map(|queue| {
                self.release_expired(now, &queue);
                let of = |view| {
                    self.messages
                        .values()
                        .filter(|message| message.queue == queue && message.view(now) == view)
                        .count() as u64
                };
                let first = self
                    .alive(&queue)
                    .filter(|message| message.view(now) == View::Ready)
                    .map(|message| message.due)
                    .min();
                Counts {
                    ready: of(View::Ready),
                    delayed: of(View::Delayed),
                    leased: of(View::Leased),
                    dead: of(View::Dead),
                    oldest: first.map(|first| now - first),
                    queue,
                }
            })
            .collect()
    }

    pub(super) fn redrive(&mut self, now: Millis, redrive: &Redrive) -> u64 {
        let ids = match &redrive.which {
            Which::Ids(ids) => ids.clone(),
            Which::Until(died, most) => self.deaths(&redrive.queue, *died, *most),
        };
        let mut redriven = 0;
        for id in ids {
            let Some(message) = self
                .messages
                .get(&id)
                .filter(|message| message.death.is_some() && *message.queue == *redrive.queue)
            else {
                continue;
            };
            let (queue, key) = (Arc::clone(&message.queue), message.key.clone());
            let place = self.end_of_lane(&queue, key.as_ref(), id);
            if let Some(message) = self.messages.get_mut(&id) {
                message.death = None;
                message.attempt = 0;
                message.due = now;
                message.place = place;
            }
            self.revive_task(id);
            self.stirred.insert(queue);
            redriven += 1;
        }
        redriven
    }

    pub(super) fn purge(&mut self, now: Millis, purge: &Purge) -> u64 {
        self.release_expired(now, &purge.queue);
        let (due, reason) = match purge.what {
            Unwanted::Dead(died) => {
                let ids = self.deaths(&purge.queue, died, purge.most);
                self.messages.retain(|id, _| !ids.contains(id));
                ids.iter().for_each(|id| self.let_task_expire(now, *id));
                return ids.len() as u64;
            }
            Unwanted::Stale(due) => (due, Some("nobody has claimed it in time")),
            Unwanted::Unclaimed => (Millis::MAX, None),
        };
        let mut unclaimed: Vec<&Message> = self
            .alive(&purge.queue)
            .filter(|message| message.lease.is_none() && message.due <= due)
            .collect();
        unclaimed.sort_by_key(|message| (Reverse(message.priority), message.due, message.id));
        unclaimed.truncate(purge.most as usize);
        let ids: Vec<i64> = unclaimed.iter().map(|message| message.id).collect();
        for &id in &ids {
            self.leave(now, id, reason.map_or(Ending::Cancelled, Ending::Dead));
        }
        ids.len() as u64
    }

    fn deaths(&self, queue: &str, died: Millis, most: u32) -> Vec<i64> {
        let mut dead: Vec<&Message> = self
            .messages
            .values()
            .filter(|message| *message.queue == *queue)
            .filter(|message| message.death.as_ref().is_some_and(|death| death.at <= died))
            .collect();
        dead.sort_by_key(|message| message.death_order());
        dead.truncate(most as usize);
        dead.into_iter().map(|message| message.id).collect()
    }
}

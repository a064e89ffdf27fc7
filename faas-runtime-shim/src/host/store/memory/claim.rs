//! Claims: who gets what, and how long it lasts.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::error::Lost;
use super::super::model::{Claimed, Millis, Note, OwnerId, after};
use super::super::op::{Claim, Claims, Extend};
use super::super::task::Held;
use super::message::Message;
use super::state::State;
use super::task::Ending;

impl State {
    pub(super) fn claim(&mut self, now: Millis, claim: &Claim) -> Claims {
        self.release_expired(now, &claim.queue);
        let mut first: Vec<&Message> = self
            .alive(&claim.queue)
            .filter(|message| message.lease.is_none() && message.due <= now)
            .filter(|message| !claim.ordered || self.is_first_of_its_lane(message))
            .collect();
        first.sort_by_key(|message| (Reverse(message.priority), message.due, message.id));
        first.truncate(claim.most as usize);
        let mut basket = Basket::new(claim);
        for message in &first {
            basket.put(message);
        }
        if claim.ordered {
            for head in first.iter().filter(|message| message.key.is_some()) {
                let mut lane: Vec<&Message> = self
                    .alive(&claim.queue)
                    .filter(|message| message.key == head.key && message.place > head.place)
                    .collect();
                lane.sort_by_key(|message| message.place);
                lane.into_iter()
                    .take_while(|message| message.lease.is_none() && message.due <= now)
                    .for_each(|message| basket.put(message));
            }
        }
        let taken = basket.ids;
        let mut messages = Vec::new();
        for id in taken {
            if let Some(message) = self.messages.get_mut(&id) {
                message.attempt += 1;
                message.fence += 1;
                message.lease = Some((claim.owner, after(now, claim.lease)));
                message.claimed = Some(now);
                messages.push(Claimed {
                    message: message.stored(),
                    token: message.token(),
                });
            }
        }
        let next = if messages.len() < claim.most as usize {
            self.next_due(now, &claim.queue, claim.ordered)
        } else {
            None
        };
        Claims { messages, next }
    }

    pub(super) fn extend(&mut self, now: Millis, extend: &Extend) -> Vec<Result<Held, Lost>> {
        extend
            .tokens
            .iter()
            .map(|token| {
                let message = self.held(*token).ok_or(Lost)?;
                message.lease = Some((extend.owner, after(now, extend.lease)));
                let cancel = self.is_to_end(token.id);
                Ok(Held { cancel })
            })
            .collect()
    }

    pub(super) fn abandon(&mut self, now: Millis, owner: OwnerId) -> u64 {
        let abandoned: Vec<(i64, Arc<str>)> = self
            .messages
            .values()
            .filter(|message| message.lease.is_some_and(|(holder, _)| holder == owner))
            .map(|message| (message.id, Arc::clone(&message.queue)))
            .collect();
        let count = abandoned.len() as u64;
        for (id, queue) in abandoned {
            self.release(now, id, &Note::abandoned());
            self.stirred.insert(queue);
        }
        count
    }

    pub(super) fn next_due(&self, now: Millis, queue: &str, ordered: bool) -> Option<u64> {
        self.alive(queue)
            .filter_map(|message| match message.lease {
                Some((_, until)) => Some(until),
                None => (!ordered || self.is_first_of_its_lane(message)).then_some(message.due),
            })
            .min()
            .map(|next| next.saturating_sub(now))
    }

    pub(super) fn release_expired(&mut self, now: Millis, queue: &str) {
        let expired: Vec<i64> = self
            .alive(queue)
            .filter(|message| message.lease.is_some_and(|(_, until)| until <= now))
            .map(|message| message.id)
            .collect();
        for id in expired {
            self.release(now, id, &Note::lost());
        }
    }

    fn release(&mut self, now: Millis, id: i64, note: &Note) {
        if self.is_to_end(id) {
            self.leave(now, id, Ending::Cancelled);
        } else if let Some(message) = self.messages.get_mut(&id) {
            message.failed(now, note);
            message.lease = None;
        }
    }
}

/// What a claim takes, until it is full.
struct Basket<'a> {
    claim: &'a Claim,
    ids: Vec<i64>,
    bytes: usize,
    full: bool,
}

impl<'a> Basket<'a> {
    fn new(claim: &'a Claim) -> Self {
        Self {
            claim,
            ids: Vec::new(),
            bytes: 0,
            full: claim.most == 0,
        }
    }

    fn put(&mut self, message: &Message) {
        let bytes = self.bytes + message.content.size();
        self.full |= self.ids.len() >= self.claim.most as usize
            || (!self.ids.is_empty() && bytes > self.claim.most_bytes);
        if !self.full {
            self.ids.push(message.id);
            self.bytes = bytes;
        }
    }
}

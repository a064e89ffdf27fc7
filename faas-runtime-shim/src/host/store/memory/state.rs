//! The semantics of a store, word for word: every question is answered by going through all there is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::super::error::{Lost, Refused};
use super::super::model::{
    Claimed, Content, Counts, Death, FailedAttempt, MAX_HISTORY, Millis, NewMessage, Note, OwnerId,
    Peeked, Stored, Token, Verdict, after, cut,
};
use super::super::op::{
    Answer, Claim, Claims, Committed, Extend, Op, Peek, Purge, Push, Receipt, Redrive, Unwanted,
    View, Which,
};

/// All that a store keeps.
#[derive(Debug, Default)]
pub(super) struct State {
    last_id: i64,
    /// Also those that are dead.
    messages: BTreeMap<i64, Message>,
    /// By queue and idempotency key.
    known: BTreeMap<(Arc<str>, Box<str>), (i64, Millis)>,
    queues: BTreeSet<Arc<str>>,
    stirred: BTreeSet<Arc<str>>,
}

#[derive(Clone, Debug)]
struct Message {
    id: i64,
    queue: Arc<str>,
    key: Option<Bytes>,
    /// Its place in its lane.
    place: i64,
    priority: i16,
    sent: Millis,
    due: Millis,
    attempt: u32,
    fence: i64,
    lease: Option<(OwnerId, Millis)>,
    death: Option<Death>,
    history: Vec<FailedAttempt>,
    content: Content,
}

impl State {
    pub(super) fn commit(&mut self, now: Millis, ops: &[Op]) -> Committed {
        let answers = ops.iter().map(|op| self.carry_out(now, op)).collect();
        Committed {
            answers,
            stirred: std::mem::take(&mut self.stirred),
        }
    }

    fn carry_out(&mut self, now: Millis, op: &Op) -> Answer {
        match op {
            Op::Push(push) => Answer::Push(self.push(now, push)),
            Op::Claim(claim) => Answer::Claim(self.claim(now, claim)),
            Op::Extend(extend) => Answer::Extend(self.extend(now, extend)),
            Op::Settle(verdicts) => Answer::Settle(
                verdicts
                    .iter()
                    .map(|(token, verdict)| self.settle(now, *token, verdict))
                    .collect(),
            ),
            Op::Abandon(owner) => Answer::Abandon(self.abandon(now, *owner)),
            Op::NextDue { queue, ordered } => Answer::NextDue(self.next_due(now, queue, *ordered)),
            Op::Peek(peek) => Answer::Peek(self.peek(now, peek)),
            Op::Count(queue) => Answer::Count(self.count(now, queue.as_deref())),
            Op::Redrive(redrive) => Answer::Redrive(self.redrive(now, redrive)),
            Op::Purge(purge) => Answer::Purge(self.purge(now, purge)),
        }
    }

    fn push(&mut self, now: Millis, push: &Push) -> Result<Vec<Receipt>, Refused> {
        let queue: Arc<str> = (*push.queue).into();
        self.queues.insert(Arc::clone(&queue));
        self.known.retain(|_, (_, until)| *until > now);
        let depth = self.alive(&queue).count() as u64;
        let mut new = BTreeSet::new();
        let mut keyless = 0;
        for message in &push.messages {
            match &message.content.idempotency_key {
                None => keyless += 1,
                Some(key) if self.known.contains_key(&(Arc::clone(&queue), key.clone())) => {}
                Some(key) => {
                    new.insert(key);
                }
            }
        }
        let new = new.len() as u64 + keyless;
        if let Some(limit) = push.limit
            && new > 0
            && depth + new > limit
        {
            return Err(Refused {
                queue: push.queue.clone(),
                depth,
                limit,
            });
        }
        Ok(push
            .messages
            .iter()
            .map(|message| self.push_one(now, &queue, message, push.remember))
            .collect())
    }

    fn push_one(
        &mut self,
        now: Millis,
        queue: &Arc<str>,
        message: &NewMessage,
        remember: u64,
    ) -> Receipt {
        let key = message
            .content
            .idempotency_key
            .clone()
            .map(|key| (Arc::clone(queue), key));
        if let Some((id, _)) = key
            .as_ref()
            .and_then(|key| self.known.get(key))
            .filter(|(_, until)| *until > now)
        {
            return Receipt {
                id: *id,
                repeated: true,
            };
        }
        self.last_id += 1;
        let id = self.last_id;
        let message = Message {
            id,
            queue: Arc::clone(queue),
            key: message.key.clone(),
            place: self.end_of_lane(queue, message.key.as_ref(), id),
            priority: message.priority,
            sent: now,
            due: after(now, message.delay),
            attempt: 0,
            fence: 0,
            lease: None,
            death: None,
            history: Vec::new(),
            content: message.content.clone(),
        };
        self.messages.insert(id, message);
        self.stirred.insert(Arc::clone(queue));
        if let Some(key) = key {
            self.known.insert(key, (id, after(now, remember)));
        }
        Receipt {
            id,
            repeated: false,
        }
    }

    fn claim(&mut self, now: Millis, claim: &Claim) -> Claims {
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

    fn extend(&mut self, now: Millis, extend: &Extend) -> Vec<Result<(), Lost>> {
        extend
            .tokens
            .iter()
            .map(|token| {
                let message = self.held(*token).ok_or(Lost)?;
                message.lease = Some((extend.owner, after(now, extend.lease)));
                Ok(())
            })
            .collect()
    }

    fn settle(&mut self, now: Millis, token: Token, verdict: &Verdict) -> Result<(), Lost> {
        let message = self.held(token).ok_or(Lost)?;
        match verdict {
            Verdict::Done | Verdict::Letter(_) => {}
            Verdict::Again {
                after: span,
                failure,
            } => {
                message.failed(now, failure);
                message.put_back(after(now, *span));
            }
            Verdict::Return { after: span } => {
                message.attempt -= 1;
                let due = match span {
                    0 => message.due,
                    span => after(now, *span),
                };
                message.put_back(due);
            }
            Verdict::Dead { failure, .. } => message.failed(now, failure),
        }
        let queue = Arc::clone(&message.queue);
        match verdict {
            Verdict::Again { .. } | Verdict::Return { .. } => {
                self.stirred.insert(queue);
            }
            Verdict::Done => self.leave(token.id, None),
            Verdict::Dead { reason, .. } => self.leave(token.id, Some((now, reason))),
            Verdict::Letter(letter) => {
                let letter = Push {
                    limit: None,
                    ..(**letter).clone()
                };
                self.push(now, &letter).expect("there is no limit");
                self.leave(token.id, None);
            }
        }
        Ok(())
    }

    fn abandon(&mut self, now: Millis, owner: OwnerId) -> u64 {
        let mut abandoned = 0;
        for message in self.messages.values_mut() {
            if message.lease.is_some_and(|(holder, _)| holder == owner) {
                message.failed(now, &Note::abandoned());
                message.lease = None;
                self.stirred.insert(Arc::clone(&message.queue));
                abandoned += 1;
            }
        }
        abandoned
    }

    fn next_due(&self, now: Millis, queue: &str, ordered: bool) -> Option<u64> {
        self.alive(queue)
            .filter_map(|message| match message.lease {
                Some((_, until)) => Some(until),
                None => (!ordered || self.is_first_of_its_lane(message)).then_some(message.due),
            })
            .min()
            .map(|next| next.saturating_sub(now))
    }

    fn peek(&mut self, now: Millis, peek: &Peek) -> Vec<Peeked> {
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

    fn count(&mut self, now: Millis, queue: Option<&str>) -> Vec<Counts> {
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

    fn redrive(&mut self, now: Millis, redrive: &Redrive) -> u64 {
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
            self.stirred.insert(queue);
            redriven += 1;
        }
        redriven
    }

    fn purge(&mut self, now: Millis, purge: &Purge) -> u64 {
        self.release_expired(now, &purge.queue);
        let (due, reason) = match purge.what {
            Unwanted::Dead(died) => {
                let ids = self.deaths(&purge.queue, died, purge.most);
                self.messages.retain(|id, _| !ids.contains(id));
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
            self.leave(id, reason.map(|reason| (now, reason)));
        }
        ids.len() as u64
    }

    /// Takes a message out of its queue, for good or to the dead letters.
    fn leave(&mut self, id: i64, death: Option<(Millis, &str)>) {
        let Some(message) = self.messages.get(&id).cloned() else {
            return;
        };
        let was_first = self.is_first_of_its_lane(&message);
        match death {
            None => {
                self.messages.remove(&id);
            }
            Some((at, reason)) => {
                if let Some(message) = self.messages.get_mut(&id) {
                    message.lease = None;
                    message.fence += 1;
                    message.death = Some(Death {
                        at,
                        reason: cut(reason).into(),
                    });
                }
            }
        }
        let has_followers = message.key.is_some()
            && self
                .alive(&message.queue)
                .any(|other| other.key == message.key);
        if was_first && has_followers {
            self.stirred.insert(message.queue);
        }
    }

    fn release_expired(&mut self, now: Millis, queue: &str) {
        for message in self.messages.values_mut() {
            if *message.queue == *queue && message.lease.is_some_and(|(_, until)| until <= now) {
                message.failed(now, &Note::lost());
                message.lease = None;
            }
        }
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

    fn alive(&self, queue: &str) -> impl Iterator<Item = &Message> {
        self.messages
            .values()
            .filter(move |message| *message.queue == *queue && message.death.is_none())
    }

    fn is_first_of_its_lane(&self, message: &Message) -> bool {
        message.key.is_none()
            || !self
                .alive(&message.queue)
                .any(|other| other.key == message.key && other.place < message.place)
    }

    fn end_of_lane(&self, queue: &str, key: Option<&Bytes>, id: i64) -> i64 {
        self.alive(queue)
            .filter(|message| key.is_some() && message.key.as_ref() == key)
            .map(|message| message.place + 1)
            .max()
            .unwrap_or(id)
            .max(id)
    }

    fn held(&mut self, token: Token) -> Option<&mut Message> {
        self.messages
            .get_mut(&token.id)
            .filter(|message| message.death.is_none() && message.fence == token.fence)
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

impl Message {
    fn token(&self) -> Token {
        Token {
            id: self.id,
            fence: self.fence,
        }
    }

    fn stored(&self) -> Stored {
        Stored {
            id: self.id,
            queue: Arc::clone(&self.queue),
            key: self.key.clone(),
            priority: self.priority,
            sent: self.sent,
            due: self.due,
            attempt: self.attempt,
            content: self.content.clone(),
        }
    }

    fn view(&self, now: Millis) -> View {
        if self.death.is_some() {
            View::Dead
        } else if self.lease.is_some() {
            View::Leased
        } else if self.due > now {
            View::Delayed
        } else {
            View::Ready
        }
    }

    fn death_order(&self) -> (Option<Millis>, i64) {
        (self.death.as_ref().map(|death| death.at), self.id)
    }

    fn failed(&mut self, at: Millis, note: &Note) {
        self.history.push(FailedAttempt {
            at,
            attempt: self.attempt,
            note: note.clone(),
        });
        if self.history.len() > MAX_HISTORY as usize {
            self.history.remove(0);
        }
    }

    fn put_back(&mut self, due: Millis) {
        self.lease = None;
        self.fence += 1;
        self.due = due;
    }
}

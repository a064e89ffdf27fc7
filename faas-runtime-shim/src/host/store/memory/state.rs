//! The semantics of a store, word for word: every question is answered by going through all there is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use super::super::error::{Lost, Refused, Unmet};
use super::super::model::{Death, Millis, NewMessage, Token, Verdict, after, cut};
use super::super::op::{Answer, Committed, Op, Push, Receipt};
use super::super::task::letter_reason;
use super::kv::Keys;
use super::message::Message;
use super::task::{Ending, Record};

/// All that a store keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The last number that was given to a message or to a version.
    last_id: i64,
    /// Also those that are dead.
    pub(super) messages: BTreeMap<i64, Message>,
    /// By queue and idempotency key.
    pub(super) known: BTreeMap<(Arc<str>, Box<str>), (i64, Millis)>,
    pub(super) queues: BTreeSet<Arc<str>>,
    pub(super) stirred: BTreeSet<Arc<str>>,
    /// By the numbers of their messages.
    pub(super) tasks: BTreeMap<i64, Record>,
    keys: Keys,
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
            Op::KvGet { space, key } => Answer::KvGet(self.keys.get(now, space, key)),
            Op::KvPut(put) => Answer::KvPut(self.keys.put(now, put, &mut self.last_id)),
            Op::KvDelete(delete) => Answer::KvDelete(self.keys.delete(now, delete)),
            Op::KvScan(scan) => Answer::KvScan(self.keys.scan(now, scan)),
            Op::Submit(submit) => Answer::Submit(self.submit(now, submit)),
            Op::TaskGet(id) => Answer::TaskGet(self.task_get(now, id).map(Box::new)),
            Op::TaskList(list) => Answer::TaskList(self.task_list(now, list)),
            Op::TaskProgress(progress) => Answer::TaskProgress(self.task_progress(progress)),
            Op::TaskCancel(id) => Answer::TaskCancel(self.task_cancel(now, id)),
            Op::Forget(most) => Answer::Forget(self.forget(now, *most)),
            Op::Together(ops) => Answer::Together(self.together(now, ops)),
        }
    }

    fn together(&mut self, now: Millis, ops: &[Op]) -> Result<Vec<Answer>, Unmet> {
        let before = self.clone();
        let mut answers = Vec::new();
        for op in ops {
            let answer = self.carry_out(now, op);
            if let Some(unmet) = answer.unmet() {
                *self = before;
                return Err(unmet);
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    pub(super) fn push(&mut self, now: Millis, push: &Push) -> Result<Vec<Receipt>, Refused> {
        let queue: Arc<str> = (*push.queue).into();
        self.queues.insert(Arc::clone(&queue));
        self.known.retain(|_, (_, until)| *until > now);
        let depth = self.alive(&queue).count() as u64;
        let mut new = BTreeSet::new();
        let mut keyless = 0;
        for message in &push.messages {
            match &message.content.idempotency_key {
                None => keyless += 1,
                Some(_) if push.remember == 0 => keyless += 1,
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
            .filter(|_| remember > 0)
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
            claimed: None,
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

    fn settle(&mut self, now: Millis, token: Token, verdict: &Verdict) -> Result<(), Lost> {
        let is_to_end = self.is_to_end(token.id);
        let message = self.held(token).ok_or(Lost)?;
        let comes_again = matches!(verdict, Verdict::Again { .. } | Verdict::Return { .. });
        if comes_again && is_to_end {
            self.leave(now, token.id, Ending::Cancelled);
            return Ok(());
        }
        match verdict {
            Verdict::Again {
                after: span,
                failure,
            } => {
                message.failed(now, failure);
                message.put_back(after(now, *span));
            }
            Verdict::Return { after: span } => {
                message.attempt = message.attempt.saturating_sub(1);
                let due = match span {
                    0 => message.due,
                    span => after(now, *span),
                };
                message.put_back(due);
            }
            Verdict::Dead { failure, .. } => message.failed(now, failure),
            Verdict::Done | Verdict::Finished(_) | Verdict::Cancelled | Verdict::Letter(_) => {}
        }
        let queue = Arc::clone(&message.queue);
        match verdict {
            Verdict::Again { .. } | Verdict::Return { .. } => {
                self.stirred.insert(queue);
            }
            Verdict::Done => self.leave(now, token.id, Ending::Succeeded(None)),
            Verdict::Finished(reply) => {
                self.leave(now, token.id, Ending::Succeeded(Some(reply)));
            }
            Verdict::Cancelled => self.leave(now, token.id, Ending::Cancelled),
            Verdict::Dead { reason, .. } => self.leave(now, token.id, Ending::Dead(reason)),
            Verdict::Letter(letter) => {
                let letter = Push {
                    limit: None,
                    ..(**letter).clone()
                };
                self.push(now, &letter).expect("there is no limit");
                let reason = letter_reason(&letter.queue);
                self.leave(now, token.id, Ending::Replaced(&reason));
            }
        }
        Ok(())
    }

    fn forget(&mut self, now: Millis, most: u32) -> u64 {
        let keys = self.keys.forget(now, most as usize);
        let tasks = self.forget_tasks(now, most as usize - keys);
        (keys + tasks) as u64
    }

    /// Takes a message out of its queue, for good or to the dead letters.
    pub(super) fn leave(&mut self, now: Millis, id: i64, ending: Ending<'_>) {
        let Some(message) = self.messages.get(&id).cloned() else {
            return;
        };
        self.end_task(now, &message, ending);
        let was_first = self.is_first_of_its_lane(&message);
        match ending {
            Ending::Dead(reason) => {
                if let Some(message) = self.messages.get_mut(&id) {
                    message.lease = None;
                    message.fence += 1;
                    message.death = Some(Death {
                        at: now,
                        reason: cut(reason).into(),
                    });
                }
            }
            Ending::Succeeded(_) | Ending::Replaced(_) | Ending::Cancelled => {
                self.messages.remove(&id);
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

    pub(super) fn alive(&self, queue: &str) -> impl Iterator<Item = &Message> {
        self.messages
            .values()
            .filter(move |message| *message.queue == *queue && message.death.is_none())
    }

    pub(super) fn is_first_of_its_lane(&self, message: &Message) -> bool {
        message.key.is_none()
            || !self
                .alive(&message.queue)
                .any(|other| other.key == message.key && other.place < message.place)
    }

    pub(super) fn end_of_lane(&self, queue: &str, key: Option<&Bytes>, id: i64) -> i64 {
        self.alive(queue)
            .filter(|message| key.is_some() && message.key.as_ref() == key)
            .map(|message| message.place + 1)
            .max()
            .unwrap_or(id)
            .max(id)
    }

    pub(super) fn held(&mut self, token: Token) -> Option<&mut Message> {
        self.messages
            .get_mut(&token.id)
            .filter(|message| message.death.is_none() && message.fence == token.fence)
    }
}

//! A message as it is kept.

use std::sync::Arc;

use bytes::Bytes;

use super::super::model::{
    Content, Death, FailedAttempt, MAX_HISTORY, Millis, Note, OwnerId, Stored, Token,
};
use super::super::op::View;

/// A message, also one that is dead.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: i64,
    pub(super) queue: Arc<str>,
    pub(super) key: Option<Bytes>,
    /// Its place in its lane.
    pub(super) place: i64,
    pub(super) priority: i16,
    pub(super) sent: Millis,
    pub(super) due: Millis,
    pub(super) attempt: u32,
    pub(super) fence: i64,
    pub(super) lease: Option<(OwnerId, Millis)>,
    /// When it was last claimed.
    pub(super) claimed: Option<Millis>,
    pub(super) death: Option<Death>,
    pub(super) history: Vec<FailedAttempt>,
    pub(super) content: Content,
}

impl Message {
    pub(super) fn token(&self) -> Token {
        Token {
            id: self.id,
            fence: self.fence,
        }
    }

    pub(super) fn stored(&self) -> Stored {
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

    pub(super) fn view(&self, now: Millis) -> View {
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

    pub(super) fn death_order(&self) -> (Option<Millis>, i64) {
        (self.death.as_ref().map(|death| death.at), self.id)
    }

    pub(super) fn failed(&mut self, at: Millis, note: &Note) {
        self.history.push(FailedAttempt {
            at,
            attempt: self.attempt,
            note: note.clone(),
        });
        if self.history.len() > MAX_HISTORY as usize {
            self.history.remove(0);
        }
    }

    pub(super) fn put_back(&mut self, due: Millis) {
        self.lease = None;
        self.fence += 1;
        self.due = due;
    }
}

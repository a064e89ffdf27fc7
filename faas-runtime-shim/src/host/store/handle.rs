//! What the rest of the host has of the store: asynchronous, shared, and quick with many callers at once.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, oneshot, watch};

use super::error::{Lost, StoreError};
use super::model::{Counts, Peeked, Token, Verdict};
use super::op::{
    Answer, Claim, Claims, Extend, Op, Peek, Purge, Push, QueueStore, Receipt, Redrive,
};
use super::writer::{self, Errand, Order};
use crate::clock::Clock;

/// A store that many tasks share. What waits together is committed together, by a thread of its own.
///
/// An error means that nothing is confirmed. Who drops a future that waits has asked all the same; only claims that nobody
/// waits for any more are given back.
#[derive(Clone)]
pub(crate) struct Store(Arc<Shared>);

struct Shared {
    errands: Sender<Order>,
    /// One permit for each KiB that waits, so that what waits is bounded by its size.
    room: Arc<Semaphore>,
    bells: Arc<Bells>,
    /// In place of the thread, if there is none.
    turn: Option<Turn>,
}

/// Does what waits.
type Turn = Box<dyn Fn() + Send + Sync>;

/// What may wait for the thread: 64 MiB.
const ROOM_KIB: u32 = 64 * 1024;

/// The largest content of one message.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;

impl Store {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system has no thread left.
    pub(crate) fn start(store: Box<dyn QueueStore>, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let bells = Arc::new(Bells::default());
        let errands = writer::start(store, clock, Arc::clone(&bells))?;
        Ok(Self::of(errands, bells, None))
    }

    /// Makes a store without a thread: the callers carry out what waits, in the order of the runtime alone. What tasks ask in
    /// the same round of a current-thread runtime is committed together.
    #[cfg(test)]
    pub(crate) fn in_place(store: Box<dyn QueueStore>, clock: Arc<dyn Clock>) -> Self {
        let bells = Arc::new(Bells::default());
        let (errands, turn) = writer::in_place(store, clock, Arc::clone(&bells));
        Self::of(errands, bells, Some(Box::new(turn)))
    }

    fn of(errands: Sender<Order>, bells: Arc<Bells>, turn: Option<Turn>) -> Self {
        Self(Arc::new(Shared {
            errands,
            room: Arc::new(Semaphore::new(ROOM_KIB as usize)),
            bells,
            turn,
        }))
    }

    /// Adds messages to a queue; done when they are durable.
    pub(crate) async fn push(&self, push: Push) -> Result<Vec<Receipt>, StoreError> {
        match self.one(Op::Push(push)).await? {
            Answer::Push(receipts) => Ok(receipts?),
            answer => misfit(&answer),
        }
    }

    /// Takes messages for a while.
    pub(crate) async fn claim(&self, claim: Claim) -> Result<Claims, StoreError> {
        match self.one(Op::Claim(claim)).await? {
            Answer::Claim(claims) => Ok(claims),
            answer => misfit(&answer),
        }
    }

    /// Keeps claims for longer.
    pub(crate) async fn extend(&self, extend: Extend) -> Result<Vec<Result<(), Lost>>, StoreError> {
        match self.one(Op::Extend(extend)).await? {
            Answer::Extend(held) => Ok(held),
            answer => misfit(&answer),
        }
    }

    /// Ends claims; done when that is durable.
    pub(crate) async fn settle(
        &self,
        verdicts: Vec<(Token, Verdict)>,
    ) -> Result<Vec<Result<(), Lost>>, StoreError> {
        match self.one(Op::Settle(verdicts)).await? {
            Answer::Settle(settled) => Ok(settled),
            answer => misfit(&answer),
        }
    }

    /// Shows messages.
    pub(crate) async fn peek(&self, peek: Peek) -> Result<Vec<Peeked>, StoreError> {
        match self.one(Op::Peek(peek)).await? {
            Answer::Peek(messages) => Ok(messages),
            answer => misfit(&answer),
        }
    }

    /// Counts the messages of one queue, or of each.
    pub(crate) async fn count(&self, queue: Option<&str>) -> Result<Vec<Counts>, StoreError> {
        match self.one(Op::Count(queue.map(Into::into))).await? {
            Answer::Count(counts) => Ok(counts),
            answer => misfit(&answer),
        }
    }

    /// Takes dead letters back into their queue, and returns how many.
    pub(crate) async fn redrive(&self, redrive: Redrive) -> Result<u64, StoreError> {
        match self.one(Op::Redrive(redrive)).await? {
            Answer::Redrive(count) => Ok(count),
            answer => misfit(&answer),
        }
    }

    /// Removes messages, and returns how many.
    pub(crate) async fn purge(&self, purge: Purge) -> Result<u64, StoreError> {
        match self.one(Op::Purge(purge)).await? {
            Answer::Purge(count) => Ok(count),
            answer => misfit(&answer),
        }
    }

    /// Carries out several operations as one transaction.
    pub(crate) async fn commit(&self, ops: Vec<Op>) -> Result<Vec<Answer>, StoreError> {
        let size = ops.iter().map(size).sum::<usize>();
        let largest = ops.iter().map(largest).max().unwrap_or(0);
        if largest > MAX_MESSAGE {
            return Err(StoreError::TooLarge {
                size: largest,
                limit: MAX_MESSAGE,
            });
        }
        let kib = u32::try_from(size / 1024 + 1).map_or(ROOM_KIB, |kib| kib.min(ROOM_KIB));
        let room = Arc::clone(&self.0.room)
            .acquire_many_owned(kib)
            .await
            .map_err(|_| StoreError::Stopped)?;
        let (reply, answers) = oneshot::channel();
        let errand = Errand {
            ops,
            size,
            reply,
            _room: room,
        };
        self.0
            .errands
            .send(Order::Carry(errand))
            .map_err(|_| StoreError::Stopped)?;
        self.take_turn().await;
        answers.await.unwrap_or(Err(StoreError::Stopped))
    }

    /// Returns what tells when it is worth claiming from a queue again. Listen first, then claim: nothing is missed.
    pub(crate) fn listen(&self, queue: &str) -> Listener {
        Listener(self.0.bells.listen(queue))
    }

    /// Carries out what was asked before, closes the store and ends the thread. Later callers are told that it has stopped.
    pub(crate) async fn close(&self) {
        self.0.room.close();
        let (closed, wait) = oneshot::channel();
        if self.0.errands.send(Order::Close(closed)).is_ok() {
            self.take_turn().await;
            // an error means that the thread has ended, which is as good
            let _ = wait.await;
        }
    }

    async fn take_turn(&self) {
        if let Some(turn) = &self.0.turn {
            tokio::task::yield_now().await;
            turn();
        }
    }

    async fn one(&self, op: Op) -> Result<Answer, StoreError> {
        let answers = self.commit(vec![op]).await?;
        answers.into_iter().next().ok_or(StoreError::Stopped)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

/// A store that answers something else than it was asked is none.
fn misfit<T>(answer: &Answer) -> Result<T, StoreError> {
    tracing::error!(?answer, "the store has answered another question");
    Err(StoreError::Stopped)
}

fn size(op: &Op) -> usize {
    contents(op).sum()
}

fn largest(op: &Op) -> usize {
    contents(op).max().unwrap_or(0)
}

fn contents(op: &Op) -> impl Iterator<Item = usize> {
    let pushes: Vec<&Push> = match op {
        Op::Push(push) => vec![push],
        Op::Settle(verdicts) => verdicts
            .iter()
            .filter_map(|(_, verdict)| match verdict {
                Verdict::Letter(letter) => Some(&**letter),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    pushes
        .into_iter()
        .flat_map(|push| &push.messages)
        .map(|message| message.content.size())
}

/// Tells when a queue was stirred.
#[derive(Debug)]
pub(crate) struct Listener(watch::Receiver<()>);

impl Listener {
    /// Completes once the queue was stirred after the last time that this completed. Never fails; a stopped store stirs no
    /// more.
    pub(crate) async fn stirred(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

/// The queues that somebody listens to.
#[derive(Debug, Default)]
pub(super) struct Bells(Mutex<HashMap<Box<str>, watch::Sender<()>>>);

impl Bells {
    fn listen(&self, queue: &str) -> watch::Receiver<()> {
        self.with(|bells| bells.entry(queue.into()).or_default().subscribe())
    }

    pub(super) fn ring(&self, queue: &str) {
        self.with(|bells| {
            if let Some(bell) = bells.get(queue) {
                bell.send_replace(());
            }
        });
    }

    pub(super) fn ring_all(&self) {
        self.with(|bells| {
            for bell in bells.values() {
                bell.send_replace(());
            }
        });
    }

    /// Tells whether anybody listens.
    pub(super) fn are_heard(&self) -> bool {
        self.with(|bells| {
            bells.retain(|_, bell| bell.receiver_count() > 0);
            !bells.is_empty()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Box<str>, watch::Sender<()>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

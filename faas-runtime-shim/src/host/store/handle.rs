//! What the rest of the host has of the store: asynchronous, shared, and quick with many callers at once.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use tokio::sync::{Semaphore, oneshot};

use super::bells::{Bells, Listener};
use super::error::StoreError;
use super::op::{Answer, Op, QueueStore};
use super::sizes::{check, size};
use super::writer::{self, Errand, Order};
use crate::clock::Clock;

/// A store that many tasks share. What waits together is committed together, by a thread of its own.
///
/// An error means that nothing is confirmed. Who drops a future that waits has asked all the same; only claims that nobody
/// waits for any more are given back. What it can be asked one by one is in [`ask`](super::ask).
#[derive(Clone)]
pub(crate) struct Store(Arc<Shared>);

struct Shared {
    errands: Sender<Order>,
    /// One permit for each KiB that waits, so that what waits is bounded by its size.
    room: Arc<Semaphore>,
    bells: Arc<Bells>,
    /// In place of the thread, if there is none.
    turn: Option<Turn>,
    /// Whether the last commit went as far as the disk lets it.
    well: AtomicBool,
}

/// Does what waits.
type Turn = Box<dyn Fn() + Send + Sync>;

/// What may wait for the thread: 64 MiB.
const ROOM_KIB: u32 = 64 * 1024;

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
            well: AtomicBool::new(true),
        }))
    }

    /// Tells whether it can be worked with, as far as the last one knows who has asked it.
    pub(crate) fn is_well(&self) -> bool {
        self.0.well.load(Ordering::Relaxed)
    }

    /// Carries out several operations as one transaction.
    pub(crate) async fn commit(&self, ops: Vec<Op>) -> Result<Vec<Answer>, StoreError> {
        ops.iter().try_for_each(check)?;
        let committed = self.ask(ops).await;
        self.note(&committed);
        committed
    }

    fn note(&self, committed: &Result<Vec<Answer>, StoreError>) {
        match committed {
            Ok(_) => self.0.well.store(true, Ordering::Relaxed),
            Err(
                StoreError::Corrupt { .. }
                | StoreError::Foreign { .. }
                | StoreError::Io { .. }
                | StoreError::Stopped,
            ) => self.0.well.store(false, Ordering::Relaxed),
            // what was asked was too much, or it passes
            Err(
                StoreError::Full { .. }
                | StoreError::Busy { .. }
                | StoreError::Depth(_)
                | StoreError::TooLarge { .. }
                | StoreError::Empty { .. },
            ) => {}
        }
    }

    async fn ask(&self, ops: Vec<Op>) -> Result<Vec<Answer>, StoreError> {
        let size = ops.iter().map(size).sum::<usize>();
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
        self.0.bells.listen(queue)
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

    pub(super) async fn one(&self, op: Op) -> Result<Answer, StoreError> {
        let answers = self.commit(vec![op]).await?;
        answers.into_iter().next().ok_or(StoreError::Stopped)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

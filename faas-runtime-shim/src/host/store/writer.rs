//! The thread that commits: it takes all that waits, up to a bound, carries it out as one transaction and answers everyone.
//!
//! A disk that must be waited for is waited for once for all of them. It needs no timer for that: while one commit waits for
//! the disk, the next group gathers.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::bells::Bells;
use super::error::StoreError;
use super::model::{Token, Verdict};
use super::op::{Answer, Committed, Op, QueueStore};
use super::time::Time;
use crate::clock::{Clock, Moment};

/// Something for the thread to do.
pub(super) enum Order {
    Carry(Errand),
    /// Do what was ordered before, tell, and end.
    Close(oneshot::Sender<()>),
}

/// What one caller asks, as one transaction.
pub(super) struct Errand {
    pub(super) ops: Vec<Op>,
    pub(super) size: usize,
    pub(super) reply: oneshot::Sender<Result<Vec<Answer>, StoreError>>,
    /// Makes room when it is done.
    pub(super) _room: OwnedSemaphorePermit,
}

/// Starts the thread. It ends when it is told to, or when nobody can order anything any more.
pub(super) fn start(
    store: Box<dyn QueueStore>,
    clock: Arc<dyn Clock>,
    bells: Arc<Bells>,
) -> io::Result<Sender<Order>> {
    let (sender, writer) = Writer::new(store, clock, bells);
    thread::Builder::new()
        .name("faas-store".to_owned())
        .spawn(move || writer.run())?;
    Ok(sender)
}

/// Makes a writer without a thread: it does what waits whenever it is called.
#[cfg(test)]
pub(super) fn in_place(
    store: Box<dyn QueueStore>,
    clock: Arc<dyn Clock>,
    bells: Arc<Bells>,
) -> (Sender<Order>, impl Fn() + Send + Sync) {
    let (sender, writer) = Writer::new(store, clock, bells);
    let place = std::sync::Mutex::new(Some(writer));
    let turn = move || {
        let mut place = place.lock().expect("nobody panics in a turn");
        let Some(writer) = place.as_mut() else { return };
        let order = writer.waiting();
        if let Some(ending) = writer.turn(order) {
            place.take().expect("it was there").end(ending);
        }
    };
    (sender, turn)
}

struct Writer {
    store: Box<dyn QueueStore>,
    time: Time,
    bells: Arc<Bells>,
    orders: Receiver<Order>,
    /// Claims that nobody waited for any more.
    unwanted: Vec<(Token, Verdict)>,
    /// When it was last looked at what other processes do.
    looked: Moment,
}

impl Writer {
    fn new(
        store: Box<dyn QueueStore>,
        clock: Arc<dyn Clock>,
        bells: Arc<Bells>,
    ) -> (Sender<Order>, Self) {
        let (sender, orders) = channel();
        let writer = Self {
            store,
            looked: clock.now(),
            time: Time::of(clock),
            bells,
            orders,
            unwanted: Vec::new(),
        };
        (sender, writer)
    }

    fn run(mut self) {
        loop {
            let order = if self.unwanted.is_empty() {
                self.wait()
            } else {
                self.waiting()
            };
            if let Some(ending) = self.turn(order) {
                return self.end(ending);
            }
        }
    }

    /// Does what waits, as far as it goes into one commit.
    fn turn(&mut self, first: Result<Order, RecvTimeoutError>) -> Option<Ending> {
        let mut group = Group::default();
        let ending = self.gather(first, &mut group);
        self.give_back();
        self.carry_out(group);
        self.look_around();
        ending
    }

    fn gather(
        &self,
        mut order: Result<Order, RecvTimeoutError>,
        group: &mut Group,
    ) -> Option<Ending> {
        loop {
            match order {
                Ok(Order::Carry(errand)) => group.add(errand),
                Ok(Order::Close(told)) => return Some(Ending(Some(told))),
                Err(RecvTimeoutError::Disconnected) => return Some(Ending(None)),
                Err(RecvTimeoutError::Timeout) => return None,
            }
            if !group.has_room() {
                return None;
            }
            order = self.waiting();
        }
    }

    fn end(mut self, Ending(told): Ending) {
        self.give_back();
        let Self { store, orders, .. } = self;
        // closing the file takes a while; who asks meanwhile is told at once that it is over
        drop(orders);
        drop(store);
        if let Some(told) = told {
            // who closed it may have gone meanwhile
            let _ = told.send(());
        }
    }

    /// Waits for an order. Who listens is to hear of other processes too; nobody else needs to be woken for that.
    fn wait(&self) -> Result<Order, RecvTimeoutError> {
        if self.bells.are_heard() {
            self.orders.recv_timeout(LOOK_AROUND)
        } else {
            self.orders.recv().map_err(RecvTimeoutError::from)
        }
    }

    /// Returns an order that waits already.
    fn waiting(&self) -> Result<Order, RecvTimeoutError> {
        self.orders.try_recv().map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        })
    }

    /// Finds out now and then whether another process has stirred a queue.
    fn look_around(&mut self) {
        let now = self.time.steady();
        if now.since(self.looked) < LOOK_AROUND || !self.bells.are_heard() {
            return;
        }
        self.looked = now;
        if self.store.changed_by_others() {
            self.bells.ring_all();
        }
    }

    /// Gives back what was claimed for nobody; if that fails, the leases run out.
    fn give_back(&mut self) {
        if self.unwanted.is_empty() {
            return;
        }
        let verdicts = std::mem::take(&mut self.unwanted);
        match self.store.commit(self.time.read(), &[Op::Settle(verdicts)]) {
            Ok(Committed { stirred, .. }) => {
                for queue in stirred {
                    self.bells.ring(&queue);
                }
            }
            Err(error) => {
                tracing::warn!("claims that nobody waits for were not given back: {error}")
            }
        }
    }

    fn carry_out(&mut self, group: Group) {
        let Group { ops, callers, .. } = group;
        if callers.is_empty() {
            return;
        }
        match self.store.commit(self.time.read(), &ops) {
            Ok(committed) => self.answer(callers, committed),
            // one of them may be too large, and the others go well without it
            Err(StoreError::Full { .. }) if callers.len() > 1 => {
                let mut begin = 0;
                for caller in callers {
                    let end = begin + caller.ops;
                    let own = ops.get(begin..end).unwrap_or_default();
                    match self.store.commit(self.time.read(), own) {
                        Ok(committed) => self.answer(vec![caller], committed),
                        Err(error) => caller.tell(Err(error)),
                    }
                    begin = end;
                }
            }
            Err(error) => {
                for caller in callers {
                    caller.tell(Err(error.clone()));
                }
            }
        }
    }

    fn answer(&mut self, callers: Vec<Caller>, committed: Committed) {
        let mut answers = committed.answers.into_iter();
        for caller in callers {
            let own = answers.by_ref().take(caller.ops).collect();
            if let Err(Ok(unheard)) = caller.reply.send(Ok(own)) {
                self.unwanted.extend(claimed_in(unheard));
            }
        }
        for queue in committed.stirred {
            self.bells.ring(&queue);
        }
    }
}

/// How late a listener may hear of what another process has done.
const LOOK_AROUND: Duration = Duration::from_millis(100);

/// The end of the thread, and who waits for it.
struct Ending(Option<oneshot::Sender<()>>);

fn claimed_in(answers: Vec<Answer>) -> Vec<(Token, Verdict)> {
    answers
        .into_iter()
        .flat_map(|answer| match answer {
            Answer::Claim(claims) => claims
                .messages
                .into_iter()
                .map(|claimed| (claimed.token, Verdict::Return { after: 0 }))
                .collect(),
            Answer::Together(Ok(answers)) => claimed_in(answers),
            _ => Vec::new(),
        })
        .collect()
}

/// What is committed together.
#[derive(Default)]
struct Group {
    ops: Vec<Op>,
    callers: Vec<Caller>,
    size: usize,
}

struct Caller {
    /// How many of the operations are this caller's.
    ops: usize,
    reply: oneshot::Sender<Result<Vec<Answer>, StoreError>>,
    _room: OwnedSemaphorePermit,
}

impl Group {
    fn add(&mut self, errand: Errand) {
        self.size += errand.size;
        self.callers.push(Caller {
            ops: errand.ops.len(),
            reply: errand.reply,
            _room: errand._room,
        });
        self.ops.extend(errand.ops);
    }

    /// A commit holds up who comes next, so it has its bounds.
    fn has_room(&self) -> bool {
        self.ops.len() < MAX_OPS && self.size < MAX_SIZE
    }
}

const MAX_OPS: usize = 1024;
const MAX_SIZE: usize = 4 * 1024 * 1024;

impl Caller {
    fn tell(self, result: Result<Vec<Answer>, StoreError>) {
        // who has gone needs no answer
        let _ = self.reply.send(result);
    }
}

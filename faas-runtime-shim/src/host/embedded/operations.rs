//! What waits and what is planned, for whoever runs the service.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, try_join_all};

use super::super::store::{
    Counts, Millis, NewMessage, Peek, Peeked, Purge, Push, Redrive, Store, StoreError, Unwanted,
    View, Which,
};
use super::super::timer::{self, Lease, StoredLease, Timer};
use super::message::{REMEMBER, delivery, span, time};
use super::settings::Rooms;
use crate::clock::Clock;
use crate::services::{
    DeadLetters, FailedAttempt, Operations, OperationsError, Purged, QueueState, Shown, Stage,
    TimerState,
};

/// The view of one store.
#[derive(Clone)]
pub(super) struct Desk(Arc<Inner>);

struct Inner {
    store: Store,
    rooms: Rooms,
    clock: Arc<dyn Clock>,
    known: OnceLock<Known>,
}

/// What is known once there is an application.
#[derive(Debug)]
pub(super) struct Known {
    /// The channels, with the function of each.
    pub(super) channels: BTreeMap<Box<str>, &'static str>,
    /// The timers, with the name of each function.
    pub(super) timers: Vec<(&'static str, Timer)>,
}

impl Desk {
    pub(super) fn new(store: Store, rooms: Rooms, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            store,
            rooms,
            clock,
            known: OnceLock::new(),
        }))
    }

    /// Says what there is.
    pub(super) fn know(&self, known: Known) {
        // an engine is started once
        let _ = self.0.known.set(known);
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Desk").field(&self.0.known).finish()
    }
}

impl Inner {
    fn channels(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let known = self.known.get().into_iter();
        known.flat_map(|known| known.channels.iter().map(|(name, of)| (&**name, *of)))
    }

    fn state(&self, counts: Counts) -> QueueState {
        let mut channels = self.channels();
        let function = channels.find_map(|(name, of)| (*name == *counts.queue).then_some(of));
        QueueState {
            function,
            limit: self.rooms.stored(&counts.queue).depth,
            ready: counts.ready,
            delayed: counts.delayed,
            leased: counts.leased,
            dead: counts.dead,
            lag: counts.oldest.map(Duration::from_millis),
            queue: (*counts.queue).into(),
        }
    }

    async fn queues(&self) -> Result<Vec<QueueState>, OperationsError> {
        let mut all: BTreeMap<Box<str>, QueueState> = BTreeMap::new();
        for counts in self.store.count(None).await.map_err(fault)? {
            let state = self.state(counts);
            all.insert(state.queue.clone(), state);
        }
        for (name, _) in self.channels() {
            all.entry(name.into()).or_insert_with(|| {
                self.state(Counts {
                    queue: name.into(),
                    ready: 0,
                    delayed: 0,
                    leased: 0,
                    dead: 0,
                    oldest: None,
                })
            });
        }
        Ok(all.into_values().collect())
    }

    /// Makes sure that there is such a queue: of a wrong name nobody shall believe that it is empty.
    async fn known(&self, queue: &str) -> Result<(), OperationsError> {
        if self.channels().any(|(name, _)| name == queue) {
            return Ok(());
        }
        let counts = self.store.count(Some(queue)).await.map_err(fault)?;
        if !counts.is_empty() {
            return Ok(());
        }
        let all = self.queues().await?;
        let names: Vec<_> = all.iter().map(|state| &*state.queue).collect();
        Err(OperationsError::Unknown {
            what: "queue",
            name: queue.into(),
            known: names.join(", "),
        })
    }

    async fn timers(&self) -> Result<Vec<TimerState>, OperationsError> {
        let lease = &StoredLease::new(self.store.clone(), span(REMEMBER));
        let known = self.known.get().into_iter();
        let states = known
            .flat_map(|known| &known.timers)
            .map(|(function, timer)| async move {
                let sight = lease.look(timer.name()).await;
                let sight =
                    sight.map_err(|error| OperationsError::Unreachable(error.to_string()))?;
                Ok(TimerState {
                    function,
                    schedule: timer.schedule().to_owned(),
                    timezone: timer.timezone(),
                    last: sight.mark.and_then(|mark| mark.served).map(Into::into),
                    next: timer.upcoming(self.clock.wall(), UPCOMING),
                })
            });
        // the store answers all of them together
        try_join_all(states).await
    }

    async fn run_now(&self, name: &str) -> Result<(), OperationsError> {
        let timers = self.known.get().map_or(&[][..], |known| &known.timers);
        let Some((_, timer)) = timers.iter().find(|(function, _)| *function == name) else {
            let names: Vec<_> = timers.iter().map(|(function, _)| *function).collect();
            return Err(OperationsError::Unknown {
                what: "timer",
                name: name.into(),
                known: names.join(", "),
            });
        };
        let push = Push {
            queue: timer::channel(name),
            limit: None,
            remember: 0,
            messages: vec![NewMessage {
                // whoever asks for it does not want to wait behind what is planned
                priority: 1,
                ..timer::unplanned(timer, self.clock.wall())
            }],
        };
        self.store.push(push).await.map(drop).map_err(fault)
    }
}

/// How many due times are told.
const UPCOMING: usize = 3;

impl Operations for Desk {
    fn queues(&self) -> BoxFuture<'static, Result<Vec<QueueState>, OperationsError>> {
        let inner = Arc::clone(&self.0);
        async move { inner.queues().await }.boxed()
    }

    fn peek(
        &self,
        queue: &str,
        stage: Stage,
        most: u32,
    ) -> BoxFuture<'static, Result<Vec<Shown>, OperationsError>> {
        let (inner, queue) = (Arc::clone(&self.0), Box::<str>::from(queue));
        async move {
            inner.known(&queue).await?;
            let view = match stage {
                Stage::Ready => View::Ready,
                Stage::Delayed => View::Delayed,
                Stage::Leased => View::Leased,
                Stage::Dead => View::Dead,
            };
            let peek = Peek { queue, view, most };
            let messages = inner.store.peek(peek).await.map_err(fault)?;
            Ok(messages.into_iter().map(shown).collect())
        }
        .boxed()
    }

    fn redrive(
        &self,
        queue: &str,
        which: DeadLetters,
    ) -> BoxFuture<'static, Result<u64, OperationsError>> {
        let (inner, queue) = (Arc::clone(&self.0), Box::<str>::from(queue));
        async move {
            inner.known(&queue).await?;
            let which = match which {
                DeadLetters::Ids(ids) => {
                    Which::Ids(ids.iter().map(|id| number(id)).collect::<Result<_, _>>()?)
                }
                // the store's clock never runs back, as the wall clock does
                DeadLetters::Oldest(most) => Which::Until(Millis::MAX, most),
            };
            inner
                .store
                .redrive(Redrive { queue, which })
                .await
                .map_err(fault)
        }
        .boxed()
    }

    fn purge(
        &self,
        queue: &str,
        what: Purged,
        most: u32,
    ) -> BoxFuture<'static, Result<u64, OperationsError>> {
        let (inner, queue) = (Arc::clone(&self.0), Box::<str>::from(queue));
        async move {
            inner.known(&queue).await?;
            let what = match what {
                Purged::Dead => Unwanted::Dead(Millis::MAX),
                Purged::Waiting => Unwanted::Unclaimed,
            };
            inner
                .store
                .purge(Purge { queue, what, most })
                .await
                .map_err(fault)
        }
        .boxed()
    }

    fn timers(&self) -> BoxFuture<'static, Result<Vec<TimerState>, OperationsError>> {
        let inner = Arc::clone(&self.0);
        async move { inner.timers().await }.boxed()
    }

    fn run_now(&self, timer: &str) -> BoxFuture<'static, Result<(), OperationsError>> {
        let (inner, timer) = (Arc::clone(&self.0), Box::<str>::from(timer));
        async move { inner.run_now(&timer).await }.boxed()
    }
}

fn shown(peeked: Peeked) -> Shown {
    let Peeked {
        message,
        leased_until,
        death,
        history,
    } = peeked;
    let failed = history.into_iter().map(|failed| FailedAttempt {
        attempt: failed.attempt,
        at: time(failed.at),
        kind: (*failed.note.kind).into(),
        message: failed.note.message,
    });
    Shown {
        delivery: delivery(&message),
        priority: message.priority,
        due: time(leased_until.unwrap_or(message.due)),
        died: death.as_ref().map(|death| time(death.at)),
        reason: death.map(|death| death.reason),
        history: failed.collect(),
    }
}

fn number(id: &str) -> Result<i64, OperationsError> {
    id.parse().map_err(|_| OperationsError::NoId(id.into()))
}

fn fault(error: StoreError) -> OperationsError {
    OperationsError::Unreachable(error.to_string())
}

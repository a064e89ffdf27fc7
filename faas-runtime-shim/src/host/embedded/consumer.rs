//! Takes the messages of a channel to their function, and settles them.
//!
//! It claims what can begin now and no more, so a crash costs an attempt only of what had begun. While functions are at work
//! their claims are kept up; what has ended is settled in the commit that claims what comes next, so that the disk is waited
//! for once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};

use super::super::pauses::Pauses;
use super::super::store::{Claim, Claimed, Extend, Lost, OwnerId, Store, Token, Verdict};
use super::feed::Channel;
use super::message::span;
use super::settings::Rooms;
use super::worker::Worker;
use crate::application::{Application, FunctionIndex, FunctionState};
use crate::clock::{Clock, Moment};

/// One function at one channel.
pub(super) struct Consumer {
    pub(super) store: Store,
    pub(super) owner: OwnerId,
    pub(super) application: Application,
    pub(super) function: FunctionIndex,
    pub(super) channel: Channel,
    pub(super) rooms: Rooms,
    pub(super) pulse: Arc<Pulse>,
    pub(super) stop: watch::Receiver<bool>,
}

/// How many of those at work cannot do it at the moment.
#[derive(Debug, Default)]
pub(crate) struct Pulse(AtomicUsize);

impl Pulse {
    /// Somebody cannot do its work any more.
    pub(crate) fn falter(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody who has faltered can do its work again.
    pub(crate) fn recover(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn is_well(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// How long a claim holds unless it is kept up.
const LEASE: Duration = Duration::from_secs(30);

/// How much content is claimed at once.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How many settlements may be under way before nothing more is begun.
const MOST_SETTLING: usize = 256;

impl Consumer {
    /// Works until it is told to stop and everything that had begun is settled.
    pub(super) async fn run(self) {
        let mut bell = self.store.listen(&self.channel.name);
        let mut stop = self.stop.clone();
        let mut work = Work::new(self);
        loop {
            // whatever ends at once makes room before anything is claimed
            tokio::task::yield_now().await;
            let ended = work.ended();
            if work.may_claim() && work.has_a_turn() {
                // a claim gives everybody what has run out, and that may be what is at work here
                if work.has_to_keep_up() {
                    work.keep_up().await;
                }
                work.turn(ended).await;
            } else if !ended.is_empty() {
                work.settle(ended);
            }
            if work.is_over() {
                return;
            }
            let again = work.sleep(work.again);
            let beat = work.sleep((!work.held.is_empty()).then_some(work.beat));
            tokio::select! {
                biased;
                changed = stop.changed(), if !work.stopping => {
                    // an error means that the engine is gone without a word
                    work.stopping = changed.is_err() || *stop.borrow();
                }
                () = beat => work.keep_up().await,
                Some(first) = work.reports.recv() => work.reported.push(first),
                Some(ended) = work.jobs.join_next_with_id(), if !work.jobs.is_empty() => work.forget(ended),
                Some(_) = work.settling.join_next(), if !work.settling.is_empty() => {}
                () = bell.stirred(), if !work.stopping => work.may_be_more = true,
                () = again, if !work.stopping => {
                    work.again = None;
                    work.may_be_more = true;
                }
            }
        }
    }
}

/// What a consumer has under way.
struct Work {
    consumer: Consumer,
    worker: Arc<Worker>,
    jobs: JoinSet<()>,
    /// What each job has claimed.
    held: HashMap<Id, Vec<Token>>,
    reports: mpsc::UnboundedReceiver<(Token, Verdict)>,
    /// What has been received of them.
    reported: Vec<(Token, Verdict)>,
    settling: JoinSet<()>,
    stopping: bool,
    /// Whether there may be something to claim.
    may_be_more: bool,
    /// When it is worth asking again, whatever happens.
    again: Option<Moment>,
    /// When claims are kept up next.
    beat: Moment,
    /// What the wall clock said when the oldest of them was made or kept up: leases are counted by it, and it may leap.
    kept: SystemTime,
    /// How long it waits for the store, if that has failed.
    pauses: Option<Pauses>,
}

impl Work {
    fn new(consumer: Consumer) -> Self {
        let (report, reports) = mpsc::unbounded_channel();
        let worker = Worker {
            application: consumer.application.clone(),
            function: consumer.function,
            channel: consumer.channel.clone(),
            rooms: consumer.rooms.clone(),
            report,
        };
        Self {
            kept: consumer.application.clock().wall(),
            consumer,
            worker: Arc::new(worker),
            jobs: JoinSet::new(),
            held: HashMap::new(),
            reports,
            reported: Vec::new(),
            settling: JoinSet::new(),
            stopping: false,
            may_be_more: true,
            again: None,
            beat: Moment::default(),
            pauses: None,
        }
    }

    fn clock(&self) -> &dyn Clock {
        self.consumer.application.clock()
    }

    fn sleep(&self, until: Option<Moment>) -> BoxFuture<'static, ()> {
        match until {
            Some(moment) => self.clock().sleep_until(moment),
            None => Box::pin(std::future::pending()),
        }
    }

    fn may_claim(&self) -> bool {
        self.may_be_more
            && !self.stopping
            && self.jobs.len() < self.consumer.channel.at_once
            && self.settling.len() < MOST_SETTLING
    }

    /// Tells whether the function's rate lets another begin; if not, it is looked at again when it does.
    fn has_a_turn(&mut self) -> bool {
        let now = self.clock().now();
        let Err(wait) = self.function().free_places(now) else {
            return true;
        };
        self.may_be_more = false;
        self.again = Some(now.after(wait));
        false
    }

    /// How many messages can begin now: what is claimed beyond the rate would only wait, and come back.
    fn room(&self) -> usize {
        let free = self.consumer.channel.at_once;
        let free = free.saturating_sub(self.jobs.len());
        let places = self.function().free_places(self.clock().now());
        free.min(usize::try_from(places.unwrap_or(1)).unwrap_or(usize::MAX))
    }

    fn function(&self) -> &FunctionState {
        self.consumer.application.state(self.consumer.function)
    }

    fn is_over(&self) -> bool {
        self.stopping && self.jobs.is_empty() && self.settling.is_empty()
    }

    /// Takes in all that has ended: first the jobs, each of which has reported before.
    fn ended(&mut self) -> Vec<(Token, Verdict)> {
        while let Some(ended) = self.jobs.try_join_next_with_id() {
            self.forget(ended);
        }
        while let Ok(report) = self.reports.try_recv() {
            self.reported.push(report);
        }
        std::mem::take(&mut self.reported)
    }

    /// What a job that panicked had claimed comes again when the lease is over.
    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.held.remove(&id);
    }

    /// Settles what has ended, claims what can begin now, and begins it.
    async fn turn(&mut self, ended: Vec<(Token, Verdict)>) {
        let Channel {
            name,
            whole_batch,
            ordered,
            ..
        } = &self.consumer.channel;
        let most = match whole_batch {
            Some(most) => *most,
            // a claim of several brings what is behind the first of a lane too, which cannot begin yet
            None if *ordered => 1,
            None => u32::try_from(self.room()).unwrap_or(u32::MAX),
        };
        let claim = Claim {
            queue: name.clone(),
            most,
            most_bytes: MOST_BYTES,
            owner: self.consumer.owner,
            lease: span(LEASE),
            ordered: *ordered,
        };
        let asked = self.clock().wall();
        let turned = self
            .consumer
            .store
            .settle_and_claim(ended.clone(), claim)
            .await;
        match turned {
            Ok((settled, claims)) => {
                tell_lost(name, &settled);
                self.recover();
                let now = self.clock().now();
                if self.held.is_empty() {
                    self.beat = now.after(self.consumer.channel.feed.beat());
                    self.kept = asked;
                }
                self.may_be_more = claims.messages.len() >= most as usize;
                self.again = claims
                    .next
                    .map(|span| now.after(Duration::from_millis(span)));
                if *self.consumer.stop.borrow() {
                    // it was told to stop while the store was asked
                    let untried = |claimed: Claimed| (claimed.token, Verdict::Return { after: 0 });
                    self.reported
                        .extend(claims.messages.into_iter().map(untried));
                } else {
                    self.begin(claims.messages);
                }
            }
            Err(error) => {
                tracing::error!(
                    queue = &**name,
                    "nothing could be taken from the queue: {error}"
                );
                let pause = self.fail();
                self.may_be_more = false;
                self.again = Some(self.clock().now().after(pause));
                if !ended.is_empty() {
                    self.settle(ended);
                }
            }
        }
    }

    fn begin(&mut self, claimed: Vec<Claimed>) {
        if self.consumer.channel.whole_batch.is_some() {
            if !claimed.is_empty() {
                let tokens = claimed.iter().map(|claimed| claimed.token).collect();
                let job = self.jobs.spawn(Arc::clone(&self.worker).batch(claimed));
                self.held.insert(job.id(), tokens);
            }
            return;
        }
        for claimed in claimed {
            let token = claimed.token;
            let job = self.jobs.spawn(Arc::clone(&self.worker).one(claimed));
            self.held.insert(job.id(), vec![token]);
        }
    }

    /// Ends claims. The store is asked until it answers; meanwhile the claims may run out, and then the messages come again.
    fn settle(&mut self, verdicts: Vec<(Token, Verdict)>) {
        let store = self.consumer.store.clone();
        let queue = self.consumer.channel.name.clone();
        let application = self.consumer.application.clone();
        self.settling.spawn(async move {
            let mut pauses = Pauses::default();
            loop {
                let error = match store.settle(verdicts.clone()).await {
                    Ok(settled) => return tell_lost(&queue, &settled),
                    Err(error) => error,
                };
                tracing::error!(
                    queue = &*queue,
                    messages = verdicts.len(),
                    "handled messages could not be settled: {error}"
                );
                if !error.is_retryable() {
                    return;
                }
                let clock = application.clock();
                clock.sleep_until(clock.now().after(pauses.next())).await;
            }
        });
    }

    /// Tells whether claims of what is at work may run out before they are kept up: the process has stood still, or the clock
    /// was set.
    fn has_to_keep_up(&self) -> bool {
        let clock = self.clock();
        let since = clock.wall().duration_since(self.kept).unwrap_or_default();
        !self.held.is_empty()
            && (clock.now() >= self.beat || since >= self.consumer.channel.feed.beat())
    }

    /// Keeps up the claims of what is at work.
    async fn keep_up(&mut self) {
        let asked = self.clock().wall();
        let tokens: Vec<_> = self.held.values().flatten().copied().collect();
        let feed = &self.consumer.channel.feed;
        let extend = Extend {
            tokens: tokens.clone(),
            owner: self.consumer.owner,
            lease: span(LEASE),
        };
        let next = match self.consumer.store.extend(extend).await {
            Ok(all) => {
                for (token, held) in tokens.into_iter().zip(all) {
                    if let Ok(held) = held {
                        feed.held(token, held);
                    }
                }
                self.kept = asked;
                feed.beat()
            }
            Err(error) => {
                let queue = &*self.consumer.channel.name;
                tracing::warn!(queue, "claims could not be kept up: {error}");
                feed.beat() / 10
            }
        };
        self.beat = self.clock().now().after(next);
    }

    fn fail(&mut self) -> Duration {
        let pauses = self.pauses.get_or_insert_with(|| {
            self.consumer.pulse.falter();
            Pauses::default()
        });
        pauses.next()
    }

    fn recover(&mut self) {
        if self.pauses.take().is_some() {
            self.consumer.pulse.recover();
        }
    }
}

/// Tells of claims that had run out before they were settled.
fn tell_lost(queue: &str, settled: &[Result<(), Lost>]) {
    let lost = settled.iter().filter(|settled| settled.is_err()).count();
    if lost > 0 {
        tracing::warn!(
            queue,
            lost,
            "messages were handled for longer than they could be kept: they come again"
        );
    }
}

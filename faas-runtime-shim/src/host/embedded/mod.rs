//! What the host keeps on this machine's disk, in one file: queues, and by them timers, folders and tasks; keys.
//!
//! Whatever has to run is a message of a channel, and a [`Consumer`](consumer::Consumer) runs it: so leases, attempts, back-off
//! and dead letters are the same for everything. A [`Feed`](feed::Feed) says what the messages of a channel are.

pub(crate) mod consumer;
pub(crate) mod feed;
mod kv;
pub(crate) mod message;
mod operations;
pub(crate) mod settings;
mod sweeper;
#[cfg(test)]
mod tests;
mod verdict;
mod worker;

use std::collections::BTreeMap;
use std::fmt;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::consumer::{Consumer, Pulse};
use self::feed::Channel;
use self::kv::StoredKv;
use self::message::{REMEMBER, span};
use self::operations::{Desk, Known};
use self::settings::{EmbeddedSettings, Rooms};
use self::sweeper::Sweeper;
use super::object::{self, Bucket};
use super::store::{Answer, Op, OwnerId, Sqlite, Store, StoreError};
use super::task::StoredTasks;
use super::timer::{self, StoredLease, Timer};
use crate::application::{Application, FunctionIndex};
use crate::clock::Clock;
use crate::engine::{Engine, Opening, Running};
use crate::function::Trigger;
use crate::outlet::{Message, PublishError};
use crate::services::{Operations, Services};
use crate::startup::{StartError, StartErrors};

/// The way to it.
pub(crate) const ENGINE: Engine = Engine(|opening| open(opening).boxed());

/// The store, and what takes from it.
pub(crate) struct Embedded {
    tasks: StoredTasks,
    store: Store,
    owner: OwnerId,
    rooms: Rooms,
    /// Where everything is that outlives the process.
    folder: PathBuf,
    desk: Desk,
    pulse: Arc<Pulse>,
    stop: watch::Sender<bool>,
    at_work: Mutex<JoinSet<()>>,
}

async fn open(opening: Opening) -> Result<Arc<dyn Running>, StartErrors> {
    let Opening {
        env,
        configuration,
        clock,
    } = opening;
    let settings = EmbeddedSettings::read(&configuration, &env)?;
    let now = message::millis(clock.wall());
    let EmbeddedSettings { folder, durability } = settings;
    // it waits for the disk, and reads the whole file
    let place = folder.clone();
    let opened = tokio::task::spawn_blocking(move || Sqlite::open(&place, durability, now));
    let sqlite = opened
        .await
        .map_err(|error| StartError::cannot_keep(&error.to_string()))?
        .map_err(|error| cannot_open(&error))?;
    let owner = sqlite.owner();
    let store = Store::start(Box::new(sqlite), Arc::clone(&clock))
        .map_err(|error| StartError::cannot_keep(&error.to_string()))?;
    let rooms = Rooms::new(configuration);
    let embedded = Embedded::new(store, owner, rooms, Arc::clone(&clock), folder);
    // also where nothing is taken from it, as in a service that only publishes
    embedded.sweep(clock);
    Ok(Arc::new(embedded))
}

fn cannot_open(error: &StoreError) -> StartError {
    StartError::cannot_keep(&error.to_string())
}

impl Embedded {
    pub(crate) fn new(
        store: Store,
        owner: OwnerId,
        rooms: Rooms,
        clock: Arc<dyn Clock>,
        folder: PathBuf,
    ) -> Self {
        Self {
            folder,
            desk: Desk::new(store.clone(), rooms.clone(), clock),
            tasks: StoredTasks::new(store.clone(), rooms.clone()),
            store,
            owner,
            rooms,
            pulse: Arc::new(Pulse::default()),
            stop: watch::Sender::new(false),
            at_work: Mutex::new(JoinSet::new()),
        }
    }

    /// Returns the channels of an application's functions. Of two functions at one channel each would take the other's messages.
    fn channels(
        &self,
        application: &Application,
    ) -> Result<Vec<(FunctionIndex, Channel)>, StartErrors> {
        let mut channels: Vec<(FunctionIndex, Channel)> = Vec::new();
        let mut errors = Vec::new();
        for function in application.indices() {
            let Some(channel) = feed::channel(application, function, &self.rooms, &self.tasks)
            else {
                continue;
            };
            let mut known = channels.iter();
            if let Some((other, _)) = known.find(|(_, known)| known.name == channel.name) {
                let (one, other) = (application.state(*other), application.state(function));
                errors.push(StartError::configuration(format!(
                    "`{}` and `{}` both take from the queue `{}`: give their queues different names, in `queues.NAME.name`",
                    one.name(),
                    other.name(),
                    channel.name
                )));
            }
            channels.push((function, channel));
        }
        StartErrors::check(errors, channels)
    }

    /// Lets the messages of a function's channel reach it.
    fn consume(&self, application: &Application, function: FunctionIndex, channel: Channel) {
        let consumer = Consumer {
            store: self.store.clone(),
            owner: self.owner,
            application: application.clone(),
            function,
            channel,
            rooms: self.rooms.clone(),
            pulse: Arc::clone(&self.pulse),
            stop: self.stop.subscribe(),
        };
        self.spawn("a consumer", consumer.run());
    }

    /// Lets one of those run on whom all the others rely; with one that has panicked the instance is not ready any more.
    fn spawn(&self, who: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let pulse = Arc::clone(&self.pulse);
        let watched = AssertUnwindSafe(work).catch_unwind().map(move |ended| {
            if ended.is_err() {
                pulse.falter();
                tracing::error!("{who} of the host has panicked, restart the instance");
            }
        });
        self.with_work(|work| {
            work.spawn(watched);
        });
    }

    /// Puts ticks into the timers' channels when they are due.
    fn schedule(&self, application: &Application, timers: Vec<Timer>) {
        if timers.is_empty() {
            return;
        }
        let lease = StoredLease::new(self.store.clone(), span(REMEMBER));
        let mut stop = self.stop.subscribe();
        let stopped = async move {
            // an error means that the engine is gone
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let scheduler = timer::run(application.shared_clock(), timers, Arc::new(lease), stopped);
        self.spawn("the scheduler", scheduler);
    }

    /// Puts what happens in folders into the channels of the functions that hear of it.
    fn watch(&self, application: &Application, buckets: Vec<Bucket>) {
        for bucket in buckets {
            let (pulse, stop) = (Arc::clone(&self.pulse), self.stop.subscribe());
            let watch = bucket.watch(application, self.store.clone(), pulse, stop);
            self.spawn("the watch of a folder", watch);
        }
    }

    /// Removes what is over.
    fn sweep(&self, clock: Arc<dyn Clock>) {
        let sweeper = Sweeper {
            store: self.store.clone(),
            rooms: self.rooms.clone(),
            clock,
        };
        let mut stop = self.stop.subscribe();
        self.spawn("the sweeper", async move {
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => {}
                () = sweeper.run() => {}
            }
        });
    }

    fn with_work<T>(&self, act: impl FnOnce(&mut JoinSet<()>) -> T) -> T {
        act(&mut self.at_work.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Running for Embedded {
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        let what = format!("queue `{}`", message.queue);
        if let Some(channel) = Channel::reserved(&message.queue) {
            let why = format!("names that begin with `{channel}` are the host's own, use another");
            return ready(Err(PublishError::Refused {
                what,
                why,
                for_good: true,
            }))
            .boxed();
        }
        let room = match self.rooms.of(&message.queue) {
            Ok(room) => room,
            Err(errors) => {
                let why = errors.to_string();
                return ready(Err(PublishError::Unsupported { what, why })).boxed();
            }
        };
        let (store, queue) = (self.store.clone(), message.queue.clone());
        async move {
            let pushed = store.push(message::push(message, &room)).await;
            pushed.map(drop).map_err(|mut error| {
                if let StoreError::Depth(full) = &mut error {
                    // the setting goes by the logical name
                    full.queue = queue.into();
                }
                not_published(what, &error)
            })
        }
        .boxed()
    }

    fn start<'a>(&'a self, application: &'a Application) -> BoxFuture<'a, Result<(), StartErrors>> {
        let read = || {
            let buckets = object::buckets(application, &self.folder)?;
            Ok((timers(application)?, buckets, self.channels(application)?))
        };
        let started = read().map(|(timers, buckets, all)| {
            let mut channels = BTreeMap::new();
            for (function, channel) in all {
                let name = application.state(function).name();
                channels.insert(channel.name.clone(), name);
                self.consume(application, function, channel);
            }
            self.schedule(
                application,
                timers.iter().map(|(_, timer)| timer.clone()).collect(),
            );
            self.watch(application, buckets);
            self.desk.know(Known { channels, timers });
        });
        ready(started).boxed()
    }

    fn services(&self, services: Services) -> Services {
        Services {
            tasks: Arc::new(self.tasks.clone()),
            kv: Arc::new(StoredKv(self.store.clone())),
            operations: self.operations(),
            ..services
        }
    }

    fn operations(&self) -> Arc<dyn Operations> {
        Arc::new(self.desk.clone())
    }

    fn is_ready(&self) -> bool {
        self.pulse.is_well() && self.store.is_well()
    }

    fn drain(&self) {
        self.stop.send_replace(true);
    }

    fn drained(&self) -> BoxFuture<'_, ()> {
        let mut work = self.with_work(std::mem::take);
        async move { while work.join_next().await.is_some() {} }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {
            // what has begun and is not done is an attempt that failed
            let given_back = self.store.commit(vec![Op::Abandon(self.owner)]).await;
            if let Ok([Answer::Abandon(count @ 1..)]) = given_back.as_deref() {
                tracing::warn!(count, "what was not finished in time comes again");
            }
            self.store.close().await;
        }
        .boxed()
    }
}

/// Returns the timers of an application, with the name of each function.
fn timers(application: &Application) -> Result<Vec<(&'static str, Timer)>, StartErrors> {
    let mut timers = Vec::new();
    let mut errors = Vec::new();
    for state in application.functions() {
        let function = state.function();
        if let Trigger::Timer { spec, .. } = &function.trigger {
            match Timer::new(state.name(), spec) {
                Ok(timer) => timers.push((state.name(), timer)),
                Err(error) => {
                    errors.push(StartError::no_schedule(
                        &function.origin,
                        &error.to_string(),
                    ));
                }
            }
        }
    }
    StartErrors::check(errors, timers)
}

fn not_published(what: String, error: &StoreError) -> PublishError {
    let why = error.to_string();
    match error {
        StoreError::Depth(_) => PublishError::Refused {
            what,
            why,
            for_good: false,
        },
        StoreError::TooLarge { .. } | StoreError::Empty { .. } => PublishError::Refused {
            what,
            why,
            for_good: true,
        },
        _ => PublishError::Unreachable { what, why },
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").finish_non_exhaustive()
    }
}

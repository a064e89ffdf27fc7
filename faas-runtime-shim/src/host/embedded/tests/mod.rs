//! The engine on a store in memory and a clock that a test moves.
//!
//! [`World`] is what functions see and do, [`Instance`] one process on a [`Disk`], which outlives it.

mod consuming;
mod simulation;
mod submitting;
mod tasks;

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::super::store::memory::{Disk, Memory};
use super::super::store::{Answer, Counts, Op, OwnerId, Peek, Peeked, QueueStore, Store, View};
use super::Embedded;
use super::message::millis;
use super::settings::Rooms;
use crate::application::{Application, Blueprint};
use crate::clock::{Clock, ManualClock};
use crate::config::Configuration;
use crate::engine::Running;
use crate::function::{Function, Limits, QueueSpec, Rate, RetryPolicy, Trigger, Type};
use crate::invocation::{Delivery, Failure, FailureKind, Input, Outcome, Parts, Payload, Reply};
use crate::kit;
use crate::outlet::{Bindings, Message, PublishError};
use crate::services::Services;

/// What functions do with messages, and what they saw.
#[derive(Debug, Default)]
pub(super) struct World {
    seen: Mutex<Vec<Seen>>,
    /// What a message makes its function do, by its body; without a word it is handled at once.
    words: Mutex<HashMap<String, Vec<Word>>>,
}

/// One call of a function with one message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Seen {
    pub(super) body: String,
    pub(super) attempt: u32,
    /// When it was through; none if it was cut off.
    pub(super) outcome: Option<bool>,
    pub(super) at: Duration,
}

/// What a function does with a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Word {
    Done,
    Retry,
    Reject,
    Panic,
    /// It takes so long, and is done.
    Slow(Duration),
}

impl World {
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.lock().clone()
    }

    /// The bodies in the order in which they were begun.
    pub(super) fn bodies(&self) -> Vec<String> {
        self.lock().iter().map(|seen| seen.body.clone()).collect()
    }

    /// Says what becomes of the attempts of a message: the last word holds for all further ones.
    pub(super) fn tell(&self, body: &str, words: &[Word]) {
        let mut all = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(body.to_owned(), words.to_vec());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn word(&self, body: &str, attempt: u32) -> Word {
        let all = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = all.get(body).map_or(&[][..], Vec::as_slice);
        let index = attempt.saturating_sub(1) as usize;
        words
            .get(index)
            .or(words.last())
            .copied()
            .unwrap_or(Word::Done)
    }
}

/// The function of every queue: it does what the world says of the message.
fn handle(parts: Parts, input: Input) -> BoxFuture<'static, Outcome> {
    async move {
        let application = parts.application().clone();
        let world = application.resource::<World>().expect("it was given");
        let deliveries = match input {
            Input::Delivery(delivery) => vec![*delivery],
            Input::Batch(batch) => batch.deliveries,
            // a task's
            Input::Payload(payload) => vec![Delivery {
                body: Some(payload.body),
                attempt: parts.context().attempt(),
                ..Delivery::default()
            }],
            other => panic!("{other:?}"),
        };
        let mut outcome = Ok(Reply::nothing());
        for delivery in deliveries {
            let body = delivery.body.unwrap_or_default().to_vec();
            let body = String::from_utf8(body).expect("a test sends text");
            let attempt = delivery.attempt.unwrap_or(0);
            let index = {
                let mut seen = world.lock();
                seen.push(Seen {
                    body: body.clone(),
                    attempt,
                    outcome: None,
                    at: application.clock().now().since_origin(),
                });
                seen.len() - 1
            };
            let word = world.word(&body, attempt);
            if let Word::Slow(span) = word {
                let clock = application.clock();
                clock.sleep_until(clock.now().after(span)).await;
            }
            let done = matches!(word, Word::Done | Word::Slow(_));
            world.lock()[index].outcome = Some(done);
            let kind = match word {
                Word::Done | Word::Slow(_) => continue,
                Word::Panic => panic!("as the test wants"),
                Word::Retry => FailureKind::Retry,
                Word::Reject => FailureKind::Reject,
            };
            outcome = Err(Failure::new(kind, "Told", format!("`{body}` was told to")));
        }
        outcome
    }
    .boxed()
}

/// How the only function takes from the queue `orders`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) concurrency: u32,
    pub(super) spec: QueueSpec,
    pub(super) timeout: Option<Duration>,
    pub(super) rate: Option<Rate>,
    pub(super) toml: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            concurrency: 1,
            spec: QueueSpec {
                queue: "orders",
                batch: None,
                retry: RetryPolicy::DEFAULT,
                dead_letter: None,
                ordered: false,
                whole_batch: false,
            },
            timeout: None,
            rate: None,
            toml: "",
        }
    }
}

fn function(setup: Setup) -> &'static Function {
    let trigger = Trigger::Queue {
        spec: setup.spec,
        call: handle,
    };
    Box::leak(Box::new(Function {
        limits: Limits {
            concurrency: NonZeroU32::new(setup.concurrency),
            timeout: setup.timeout,
            rate: setup.rate,
            ..Limits::NONE
        },
        ..kit::function("on_order", trigger)
    }))
}

/// One process with the engine.
pub(super) struct Instance {
    pub(super) application: Application,
    pub(super) embedded: Arc<Embedded>,
    pub(super) store: Store,
    pub(super) clock: ManualClock,
}

impl Instance {
    pub(super) async fn start(setup: Setup, disk: &Disk, world: &Arc<World>) -> Self {
        let clock = ManualClock::new();
        Self::on(
            function(setup),
            setup.toml,
            Memory::on(disk),
            OwnerId(1),
            &clock,
            world,
        )
        .await
    }

    /// Starts the engine with one function on a store.
    pub(super) async fn on(
        function: &'static Function,
        toml: &str,
        memory: Memory,
        owner: OwnerId,
        clock: &ManualClock,
        world: &Arc<World>,
    ) -> Self {
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let store = Store::in_place(Box::new(memory), Arc::clone(&shared));
        let rooms = Rooms::new(configuration.clone());
        let embedded = Arc::new(Embedded::new(
            store.clone(),
            owner,
            rooms,
            Arc::clone(&shared),
            std::path::PathBuf::from("nowhere"),
        ));
        let outlet = Bindings::new(configuration.clone(), "host", None);
        let given: crate::function::Shared = Arc::clone(world) as _;
        let application = Application::build(Blueprint {
            services: embedded.services(Services::new(Arc::new(outlet), "host")),
            given: vec![(Type::of::<World>(), given)],
            ..kit::blueprint(vec![function], configuration, shared)
        })
        .await
        .unwrap();
        embedded.start(&application).await.unwrap();
        Self {
            application,
            embedded,
            store,
            clock: clock.clone(),
        }
    }

    pub(super) async fn send(&self, body: &str) {
        self.publish(message(body)).await.unwrap();
    }

    pub(super) async fn publish(&self, message: Message) -> Result<(), PublishError> {
        self.embedded.publish(message).await
    }

    /// Lets everything go on that does not wait for the time.
    pub(super) async fn settle(&self) {
        settle().await;
    }

    /// Lets the time pass, in steps that wake whoever waits.
    pub(super) async fn pass(&self, span: Duration) {
        const STEP: Duration = Duration::from_millis(250);
        let mut left = span;
        while left > Duration::ZERO {
            let step = left.min(STEP);
            self.clock.advance(step);
            settle().await;
            left -= step;
        }
    }

    pub(super) async fn counts(&self, queue: &str) -> Counts {
        let counts = self.store.count(Some(queue)).await.unwrap();
        counts.into_iter().next().unwrap_or(Counts {
            queue: queue.into(),
            ready: 0,
            delayed: 0,
            leased: 0,
            dead: 0,
            oldest: None,
        })
    }

    pub(super) async fn dead(&self, queue: &str) -> Vec<Peeked> {
        let peek = Peek {
            queue: queue.into(),
            view: View::Dead,
            most: 1000,
        };
        self.store.peek(peek).await.unwrap()
    }
}

/// More rounds than anything takes that does not wait for the time.
pub(super) async fn settle() {
    for _ in 0..60 {
        tokio::task::yield_now().await;
    }
}

pub(super) fn message(body: &str) -> Message {
    Message::new("orders", Payload::json(body.to_owned().into_bytes()))
}

/// Ends claims of a process that is gone, as the next one does when it opens the file.
pub(super) fn abandon(disk: &Disk, owner: OwnerId, clock: &ManualClock) {
    let mut memory = Memory::on(disk);
    let committed = memory.commit(millis(clock.wall()), &[Op::Abandon(owner)]);
    assert!(matches!(
        committed.unwrap().answers[..],
        [Answer::Abandon(_)]
    ));
}

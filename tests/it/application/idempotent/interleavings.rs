//! Many that begin the same work at once, in every order that chance brings: with a store that answers late or not at all,
//! with crashes half-way, with failures, and with time that passes at the wrong moment.
//!
//! Nothing here depends on threads or on the real time, so a seed that fails is told and fails again.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use faas::testing::{App, MemoryKv, TestApp};
use faas::{Failure, FailureKind};
use faas_runtime_shim::clock::ManualClock;
use faas_runtime_shim::services::{Conflict, Delete, Entry, KeyValue, KvError, Page, Put, Scan};

use super::super::app;

mod functions {
    use faas::{Error, Json, State};

    use super::{World, pause};

    async fn work(world: &World) -> Result<Json<u32>, Error> {
        let number = world.begin();
        for _ in 0..world.chance.below(4) {
            pause().await;
        }
        match world.chance.below(16) {
            0 | 1 => {
                world.failed();
                Err(Error::retry("chance"))
            }
            2 => {
                world.failed();
                panic!("chance")
            }
            _ => Ok(Json(number)),
        }
    }

    #[faas::invoke(timeout = "10s", idempotent(key = "/0", ttl = "1d"))]
    pub(super) async fn again(_: Json<[u32; 1]>, world: State<World>) -> Result<Json<u32>, Error> {
        work(&world).await
    }

    #[faas::invoke(timeout = "10s", idempotent(key = "/0", ttl = "1d", after_crash = hold))]
    pub(super) async fn held(_: Json<[u32; 1]>, world: State<World>) -> Result<Json<u32>, Error> {
        work(&world).await
    }

    #[faas::invoke(idempotent(key = "/0", ttl = "1d"))]
    pub(super) async fn kept_up(
        _: Json<[u32; 1]>,
        world: State<World>,
    ) -> Result<Json<u32>, Error> {
        work(&world).await
    }
}

/// Numbers by chance, the same ones for the same seed.
#[derive(Clone, Debug)]
struct Chance(Arc<Mutex<u64>>);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed)))
    }

    fn below(&self, end: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators")
        let mut state = self.0.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = *state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % end
    }
}

/// What the handlers have done.
struct World {
    chance: Chance,
    begun: AtomicU32,
    failed: AtomicU32,
}

impl World {
    fn begin(&self) -> u32 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }
}

/// Is ready the second time.
async fn pause() {
    let mut is_first = true;
    std::future::poll_fn(|_| {
        if std::mem::take(&mut is_first) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
}

/// A store that takes its time, and fails now and then, before or after it has done what was asked.
#[derive(Debug)]
struct Wobbly {
    kv: MemoryKv,
    chance: Chance,
    failures: Arc<AtomicU32>,
}

impl Wobbly {
    fn wobble<T: Send + 'static>(
        &self,
        done: impl Future<Output = Result<T, KvError>> + Send + 'static,
    ) -> Pin<Box<dyn Future<Output = Result<T, KvError>> + Send>> {
        let chance = self.chance.clone();
        let failures = Arc::clone(&self.failures);
        Box::pin(async move {
            let fails = || {
                let left = failures.load(Ordering::Relaxed);
                let fails = left > 0 && chance.below(6) == 0;
                if fails {
                    failures.store(left - 1, Ordering::Relaxed);
                }
                fails
            };
            let gone = || KvError::Unreachable {
                why: "chance".to_owned(),
            };
            for _ in 0..chance.below(3) {
                pause().await;
            }
            if fails() {
                return Err(gone());
            }
            let done = done.await;
            for _ in 0..chance.below(3) {
                pause().await;
            }
            if fails() {
                return Err(gone());
            }
            done
        })
    }
}

impl KeyValue for Wobbly {
    fn get(
        &self,
        space: &str,
        key: &str,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Entry>, KvError>> + Send>> {
        self.wobble(self.kv.get(space, key))
    }

    fn put(
        &self,
        put: Put,
    ) -> Pin<Box<dyn Future<Output = Result<Result<u64, Conflict>, KvError>> + Send>> {
        self.wobble(self.kv.put(put))
    }

    fn delete(
        &self,
        delete: Delete,
    ) -> Pin<Box<dyn Future<Output = Result<Result<bool, Conflict>, KvError>> + Send>> {
        self.wobble(self.kv.delete(delete))
    }

    fn scan(&self, scan: Scan) -> Pin<Box<dyn Future<Output = Result<Page, KvError>> + Send>> {
        self.wobble(self.kv.scan(scan))
    }
}

type Call = Pin<Box<dyn Future<Output = Result<u32, Failure>>>>;

/// One run: up to six callers that begin when chance says so, on a clock that chance moves.
struct Run {
    app: TestApp,
    clock: ManualClock,
    chance: Chance,
    call: fn(TestApp) -> Call,
    calls: Vec<Call>,
    /// What callers were answered.
    answers: Vec<u32>,
    held: u32,
}

impl Run {
    async fn new(seed: u64, call: fn(TestApp) -> Call) -> Self {
        let chance = Chance::new(seed);
        let clock = ManualClock::new();
        let store = Wobbly {
            kv: MemoryKv::new(Arc::new(clock.clone())),
            chance: chance.clone(),
            // fewer than it takes for the end of work not to be written down
            failures: Arc::new(AtomicU32::new(4)),
        };
        let app: App = app(module_path!(), "functions");
        let app = app
            .clock(&clock)
            .kv(store)
            .given(World {
                chance: chance.clone(),
                begun: AtomicU32::new(0),
                failed: AtomicU32::new(0),
            })
            .start()
            .await;
        Self {
            app,
            clock,
            chance,
            call,
            calls: Vec::new(),
            answers: Vec::new(),
            held: 0,
        }
    }

    fn go(&mut self) {
        for _ in 0..200 {
            match self.chance.below(20) {
                0 | 1 if self.calls.len() < 6 => self.calls.push((self.call)(self.app.clone())),
                2 if !self.calls.is_empty() => {
                    drop(self.calls.swap_remove(self.any()));
                }
                3 => self
                    .clock
                    .advance(Duration::from_millis(self.chance.below(4000))),
                _ if !self.calls.is_empty() => self.step(self.any()),
                _ => {}
            }
        }
        while !self.calls.is_empty() {
            self.step(0);
            self.clock.advance(Duration::from_millis(100));
        }
    }

    fn any(&self) -> usize {
        self.chance.below(self.calls.len() as u64) as usize
    }

    fn step(&mut self, index: usize) {
        let mut cx = Context::from_waker(Waker::noop());
        if let Poll::Ready(outcome) = self.calls[index].as_mut().poll(&mut cx) {
            drop(self.calls.swap_remove(index));
            self.note(outcome);
        }
    }

    fn note(&mut self, outcome: Result<u32, Failure>) {
        match outcome {
            Ok(number) => self.answers.push(number),
            Err(failure) if &*failure.name == "Held" => self.held += 1,
            Err(failure) => assert!(
                matches!(
                    failure.kind,
                    FailureKind::Retry
                        | FailureKind::Panic
                        | FailureKind::Deadline
                        | FailureKind::Overload
                ),
                "{failure:?}"
            ),
        }
    }

    /// Calls until there is an answer, or none is to be had.
    fn at_last(&mut self) {
        for _ in 0..1000 {
            if self.held > 0 || !self.answers.is_empty() {
                return;
            }
            self.clock.advance(Duration::from_secs(60));
            self.calls.push((self.call)(self.app.clone()));
            while !self.calls.is_empty() {
                self.step(0);
                self.clock.advance(Duration::from_millis(10));
            }
        }
        panic!("there is never an answer");
    }

    fn world(&self) -> Arc<World> {
        self.app.resource().unwrap()
    }
}

const SEEDS: u64 = 300;

#[expect(clippy::print_stderr, reason = "told beside the failed test")]
async fn check(call: fn(TestApp) -> Call, law: fn(&Run)) {
    for seed in 0..SEEDS {
        let mut run = Run::new(seed, call).await;
        let told = std::panic::AssertUnwindSafe(|| {
            run.go();
            run.at_last();
            law(&run);
        });
        if let Err(panic) = std::panic::catch_unwind(told) {
            eprintln!("the seed {seed} fails");
            std::panic::resume_unwind(panic);
        }
    }
}

/// Nobody ever gets two answers to the same work.
fn one_answer(run: &Run) {
    assert!(
        run.answers.iter().all(|answer| *answer == run.answers[0]),
        "{:?}",
        run.answers
    );
}

#[tokio::test]
async fn all_callers_get_one_answer() {
    check(
        |app| Box::pin(async move { app.call(functions::again, [0]).await }),
        |run| {
            one_answer(run);
            assert!(!run.answers.is_empty());
            assert_eq!(run.held, 0);
        },
    )
    .await;
}

#[tokio::test]
async fn all_callers_get_one_answer_where_leases_are_kept_up() {
    check(
        |app| Box::pin(async move { app.call(functions::kept_up, [0]).await }),
        |run| {
            one_answer(run);
            assert!(!run.answers.is_empty());
        },
    )
    .await;
}

#[tokio::test]
async fn what_is_held_is_begun_once_for_each_failure() {
    check(
        |app| Box::pin(async move { app.call(functions::held, [0]).await }),
        |run| {
            one_answer(run);
            let world = run.world();
            let failed = world.failed.load(Ordering::Relaxed);
            assert!(world.begun.load(Ordering::Relaxed) <= failed + 1);
        },
    )
    .await;
}

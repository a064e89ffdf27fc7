//! Many callers and one thread: what is committed together, who hears of what, and how it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use futures_util::future::{BoxFuture, join_all};
use tokio::runtime::Builder;

use super::super::memory::{Disk, Fate, Memory};
use super::*;
use crate::clock::{Clock, ManualClock, Moment};

/// A store in memory that begins a commit when it is let, and tells what it was asked.
#[derive(Debug)]
struct Gated {
    memory: Memory,
    asked: Sender<(Millis, Vec<Op>)>,
    let_go: Receiver<Verb>,
}

/// How a commit ends.
#[derive(Debug)]
enum Verb {
    Go,
    Full,
    Panic,
}

impl QueueStore for Gated {
    fn commit(&mut self, now: Millis, ops: &[Op]) -> Result<Committed, StoreError> {
        self.asked.send((now, ops.to_vec())).unwrap();
        match self.let_go.recv().unwrap() {
            Verb::Go => self.memory.commit(now, ops),
            Verb::Full => Err(StoreError::Full {
                path: Path::new("memory").into(),
                why: "no room".to_owned(),
            }),
            Verb::Panic => panic!("as the test wants"),
        }
    }
}

struct Gate {
    asked: Receiver<(Millis, Vec<Op>)>,
    let_go: Sender<Verb>,
}

impl Gate {
    /// Waits until a commit begins, and returns how many operations it has.
    fn begun(&self) -> usize {
        self.asked.recv_timeout(PATIENCE).unwrap().1.len()
    }

    fn then(&self, verb: Verb) {
        self.let_go.send(verb).unwrap();
    }
}

/// Only a test that fails waits that long.
const PATIENCE: Duration = Duration::from_secs(30);

fn gated() -> (Gated, Gate) {
    let (asked_in, asked) = channel();
    let (let_go, gate) = channel();
    let store = Gated {
        memory: Memory::on(&Disk::default()),
        asked: asked_in,
        let_go: gate,
    };
    (store, Gate { asked, let_go })
}

fn started() -> (Store, Gate) {
    let (store, gate) = gated();
    let store = Store::start(Box::new(store), Arc::new(ManualClock::new())).unwrap();
    (store, gate)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await.unwrap() })
}

fn poll<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn one(body: &'static str) -> Push {
    push("orders", [message(body)])
}

#[test]
fn what_waits_during_a_commit_is_the_next_commit() {
    let (store, gate) = started();
    let mut first = Box::pin(store.push(one("first")));
    assert!(poll(&mut first).is_pending());
    assert_eq!(gate.begun(), 1);
    let mut others: Vec<_> = (0..5).map(|_| Box::pin(store.push(one("next")))).collect();
    assert!(others.iter_mut().all(|other| poll(other).is_pending()));
    gate.then(Verb::Go);
    assert_eq!(gate.begun(), 5);
    // who is confirmed need not wait for the others
    assert_eq!(run(first).unwrap().len(), 1);
    gate.then(Verb::Go);
    let ids: Vec<i64> = run(join_all(others))
        .into_iter()
        .map(|receipts| receipts.unwrap()[0].id)
        .collect();
    assert_eq!(ids, [2, 3, 4, 5, 6]);
}

#[test]
fn a_failure_is_told_to_those_of_its_commit() {
    let (store, gate) = started();
    let mut first = Box::pin(store.push(one("first")));
    assert!(poll(&mut first).is_pending());
    gate.begun();
    let mut second = Box::pin(store.push(one("second")));
    assert!(poll(&mut second).is_pending());
    gate.then(Verb::Full);
    gate.begun();
    gate.then(Verb::Go);
    assert!(matches!(run(first), Err(StoreError::Full { .. })));
    assert_eq!(run(second).unwrap().len(), 1);
}

#[test]
fn one_without_room_does_not_take_the_others_along() {
    let (store, gate) = started();
    let mut busy = Box::pin(store.count(None));
    assert!(poll(&mut busy).is_pending());
    gate.begun();
    let mut both = [
        Box::pin(store.push(one("large"))),
        Box::pin(store.push(one("small"))),
    ];
    assert!(both.iter_mut().all(|push| poll(push).is_pending()));
    gate.then(Verb::Go);
    assert_eq!(gate.begun(), 2);
    gate.then(Verb::Full);
    assert_eq!(gate.begun(), 1);
    gate.then(Verb::Full);
    assert_eq!(gate.begun(), 1);
    gate.then(Verb::Go);
    let [large, small] = both.map(run);
    assert!(matches!(large, Err(StoreError::Full { .. })));
    assert_eq!(small.unwrap().len(), 1);
    assert_eq!(run(busy), Ok(Vec::new()));
}

#[test]
fn everyone_is_told_when_the_thread_dies() {
    let (store, gate) = started();
    let mut first = Box::pin(store.push(one("first")));
    assert!(poll(&mut first).is_pending());
    gate.begun();
    let mut waits = Box::pin(store.push(one("waits")));
    assert!(poll(&mut waits).is_pending());
    gate.then(Verb::Panic);
    assert_eq!(run(first), Err(StoreError::Stopped));
    assert_eq!(run(waits), Err(StoreError::Stopped));
    assert_eq!(run(store.push(one("later"))), Err(StoreError::Stopped));
    run(store.close());
}

#[test]
fn closing_finishes_what_was_asked_before() {
    let (store, gate) = started();
    let mut pushes: Vec<_> = (0..3).map(|_| Box::pin(store.push(one("a")))).collect();
    assert!(poll(&mut pushes[0]).is_pending());
    gate.begun();
    assert!(pushes[1..].iter_mut().all(|push| poll(push).is_pending()));
    let mut close = Box::pin(store.close());
    assert!(poll(&mut close).is_pending());
    gate.then(Verb::Go);
    gate.begun();
    gate.then(Verb::Go);
    run(close);
    assert!(run(join_all(pushes)).iter().all(Result::is_ok));
    assert_eq!(run(store.push(one("later"))), Err(StoreError::Stopped));
    // the store itself is closed, not only asked to
    assert!(gate.let_go.send(Verb::Go).is_err());
}

#[test]
fn a_claim_that_nobody_waits_for_is_given_back() {
    let (store, gate) = started();
    let mut pushed = Box::pin(store.push(one("a")));
    assert!(poll(&mut pushed).is_pending());
    gate.begun();
    gate.then(Verb::Go);
    run(pushed).unwrap();
    let mut claim = Box::pin(store.claim(claim("orders", A)));
    assert!(poll(&mut claim).is_pending());
    gate.begun();
    drop(claim);
    gate.then(Verb::Go);
    let (_, ops) = gate.asked.recv_timeout(PATIENCE).unwrap();
    let token = Token { id: 1, fence: 1 };
    assert_eq!(
        ops,
        [Op::Settle(vec![(token, Verdict::Return { after: 0 })])]
    );
    gate.then(Verb::Go);
}

#[test]
fn who_listens_hears_of_what_can_be_claimed() {
    let folder = folder();
    let clock = ManualClock::new();
    let store = Store::start(Box::new(file(folder.path())), Arc::new(clock)).unwrap();
    let mut orders = store.listen("orders");
    let mut mails = store.listen("mails");
    run(async {
        store.push(one("a")).await.unwrap();
        orders.stirred().await;
        let claimed = store
            .claim(claim("orders", A))
            .await
            .unwrap()
            .messages
            .remove(0);
        assert!(poll(&mut Box::pin(orders.stirred())).is_pending());
        store
            .settle(vec![(claimed.token, Verdict::Return { after: 0 })])
            .await
            .unwrap()[0]
            .unwrap();
        orders.stirred().await;
        assert!(poll(&mut Box::pin(mails.stirred())).is_pending());
        store.close().await;
        assert!(poll(&mut Box::pin(orders.stirred())).is_pending());
    });
}

#[test]
fn who_listens_hears_of_other_processes() {
    let folder = folder();
    let clock = ManualClock::new();
    let store = Store::start(Box::new(file(folder.path())), Arc::new(clock.clone())).unwrap();
    let mut orders = store.listen("orders");
    run(async {
        // it looks around from now on
        assert_eq!(store.count(None).await, Ok(Vec::new()));
        ask(&mut file(folder.path()), START, Op::Push(one("a")));
        clock.advance(Duration::from_secs(1));
        orders.stirred().await;
        store.close().await;
    });
}

/// A clock whose wall clock can be set.
#[derive(Debug)]
struct Wall {
    steady: ManualClock,
    set_back: Arc<AtomicU64>,
}

impl Clock for Wall {
    fn now(&self) -> Moment {
        self.steady.now()
    }

    fn wall(&self) -> SystemTime {
        self.steady.wall() - Duration::from_millis(self.set_back.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()> {
        self.steady.sleep_until(at)
    }
}

#[test]
fn the_time_of_commits_never_runs_back() {
    let (memory, gate) = gated();
    let (steady, set_back) = (ManualClock::new(), Arc::new(AtomicU64::new(5000)));
    let clock = Wall {
        steady: steady.clone(),
        set_back: Arc::clone(&set_back),
    };
    let store = Store::start(Box::new(memory), Arc::new(clock)).unwrap();
    let now = || {
        let mut count = Box::pin(store.count(None));
        assert!(poll(&mut count).is_pending());
        let (now, _) = gate.asked.recv_timeout(PATIENCE).unwrap();
        gate.then(Verb::Go);
        run(count).unwrap();
        now
    };
    let begin = now();
    steady.advance(Duration::from_micros(1_500_700));
    assert_eq!(now(), begin + 1500);
    // set forward, it is believed
    set_back.store(0, Ordering::SeqCst);
    assert_eq!(now(), begin + 6500);
    // set back, it goes on as before
    set_back.store(3_600_000, Ordering::SeqCst);
    assert_eq!(now(), begin + 6500);
    steady.advance(Duration::from_micros(300));
    assert_eq!(now(), begin + 6501);
    // what was days ahead was not the time
    steady.advance(10 * DAY);
    let ahead = now();
    set_back.store(10 * 24 * 3_600_000, Ordering::SeqCst);
    assert!(now() < ahead - 9 * 24 * 3_600_000);
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_message_that_is_too_large_is_refused_before_it_waits() {
    let (store, _gate) = started();
    let mut large = message("");
    large.content.body = Some(Bytes::from(vec![0; 64 * 1024 * 1024 + 1]));
    let error = run(store.push(push("orders", [large]))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a message of 67108865 bytes is too large for the store: at most 67108864"
    );
}

#[test]
fn keys_and_values_have_their_bounds() {
    let (store, _gate) = started();
    let refused = |put: KvPut| run(store.kv_put(put)).unwrap_err().to_string();
    let long = "k".repeat(1025);
    let large = Bytes::from(vec![0; 1024 * 1024 + 1]);
    assert_eq!(
        refused(put(&long, "a", When::Always)),
        "a key of 1025 bytes is too large for the store: at most 1024"
    );
    assert_eq!(
        refused(KvPut {
            value: large,
            ..put("k", "a", When::Always)
        }),
        "a value of 1048577 bytes is too large for the store: at most 1048576"
    );
    let unnamed = put("", "a", When::Always);
    assert_eq!(
        refused(unnamed.clone()),
        "the key is empty: it has at least one character"
    );
    let guarded = run(store.guarded(put("k", "a", When::Always), vec![Op::KvPut(unnamed)]));
    assert_eq!(guarded, Err(StoreError::Empty { what: "key" }));
}

#[test]
fn what_was_claimed_together_with_something_is_given_back_too() {
    let disk = Disk::default();
    let store = Store::in_place(Box::new(Memory::on(&disk)), Arc::new(ManualClock::new()));
    run(async {
        store.push(one("a")).await.unwrap();
        let claim = Op::Claim(claim("orders", A));
        let mut guarded = Box::pin(store.guarded(put("k", "v", When::Always), vec![claim.clone()]));
        assert!(poll(&mut guarded).is_pending());
        drop(guarded);
        let counts = store.count(None).await.unwrap();
        assert_eq!((counts[0].ready, counts[0].leased), (0, 1));
        // in the turn after it was not heard
        let counts = store.count(None).await.unwrap();
        assert_eq!((counts[0].ready, counts[0].leased), (1, 0));
        let done = store
            .guarded(put("k", "w", When::Absent), vec![claim])
            .await;
        let found = Some(2);
        assert_eq!(done, Ok(Err(Unmet::Conflict(Conflict { found }))));
        let again = store.guarded(put("k", "w", When::Version(2)), vec![Op::Push(one("b"))]);
        let (version, answers) = again.await.unwrap().unwrap();
        let receipt = Receipt {
            id: 4,
            repeated: false,
        };
        assert_eq!(
            (version, answers),
            (3, vec![Answer::Push(Ok(vec![receipt]))])
        );
    });
}

#[test]
fn a_long_list_is_read_in_pieces() {
    let store = Store::in_place(
        Box::new(Memory::on(&Disk::default())),
        Arc::new(ManualClock::new()),
    );
    run(async {
        for key in ["a", "b", "c", "d", "e"] {
            let value = Bytes::from(vec![b'x'; 700 * 1024]);
            let put = KvPut {
                value,
                ..put(key, "", When::Always)
            };
            store.kv_put(put).await.unwrap().unwrap();
        }
        let scan = |most| store.kv_scan(scan("", None, most));
        let keys = |entries: Result<Vec<KvEntry>, _>| -> String {
            entries.unwrap().iter().map(|entry| &*entry.key).collect()
        };
        assert_eq!(keys(scan(10).await), "abcde");
        assert_eq!(keys(scan(3).await), "abc");
        assert_eq!(keys(scan(0).await), "");
    });
}

#[test]
fn what_waits_is_bounded() {
    let (store, gate) = started();
    let large = |size: usize| {
        let mut large = message("");
        large.content.body = Some(Bytes::from(vec![0; size]));
        push("orders", [large])
    };
    let mut first = Box::pin(store.push(large(40 * 1024 * 1024)));
    let mut second = Box::pin(store.push(large(40 * 1024 * 1024)));
    assert!(poll(&mut first).is_pending());
    assert_eq!(gate.begun(), 1);
    assert!(poll(&mut second).is_pending());
    gate.then(Verb::Go);
    assert_eq!(run(first).unwrap().len(), 1);
    // only now there was room for it
    assert!(gate.asked.try_recv().is_err());
    let keeper = std::thread::spawn(move || {
        let ops = gate.begun();
        gate.then(Verb::Go);
        ops
    });
    assert_eq!(run(second).unwrap().len(), 1);
    assert_eq!(keeper.join().unwrap(), 1);
}

#[test]
fn without_a_thread_the_runtime_alone_decides() {
    let begun = Arc::new(AtomicU64::new(0));
    let memory = Memory::scripted(&Disk::default(), {
        let begun = Arc::clone(&begun);
        move |_| {
            begun.fetch_add(1, Ordering::SeqCst);
            Fate::Confirmed
        }
    });
    let store = Store::in_place(Box::new(memory), Arc::new(ManualClock::new()));
    run(async {
        let receipts = join_all((0..5).map(|_| store.push(one("a")))).await;
        let ids: Vec<i64> = receipts
            .into_iter()
            .map(|receipts| receipts.unwrap()[0].id)
            .collect();
        assert_eq!(
            (ids, begun.load(Ordering::SeqCst)),
            (vec![1, 2, 3, 4, 5], 1)
        );
        store.close().await;
        assert_eq!(store.push(one("b")).await, Err(StoreError::Stopped));
    });
}

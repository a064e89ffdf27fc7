//! Crash schedules: a process publishes and handles, is killed at a random moment or with a commit that fails or that nobody
//! hears of, starts again, and again. In the end sets are compared. Each schedule is made of its seed alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::runtime::Builder;

use super::*;
use crate::host::store::memory::Fate;
use crate::kit::Dice;

/// What a schedule has found out.
#[derive(Default)]
struct Told {
    confirmed: BTreeSet<String>,
    offered: BTreeSet<String>,
}

fn setup(ordered: bool, concurrency: u32) -> Setup {
    let mut setup = Setup {
        concurrency,
        ..Setup::default()
    };
    setup.spec.ordered = ordered;
    // crashes count, and none shall be enough to give a message up
    setup.spec.retry.max = NonZeroU32::new(1000).unwrap();
    setup.spec.retry.cap = Duration::from_secs(4);
    setup
}

/// Says what becomes of a message of this number.
pub(super) fn words(dice: &mut Dice) -> Vec<Word> {
    match dice.roll(10) {
        0 => vec![Word::Reject],
        1 => vec![Word::Retry, Word::Panic, Word::Done],
        2 => vec![Word::Retry, Word::Reject],
        3 | 4 => vec![Word::Slow(Duration::from_millis(dice.roll(3000)))],
        5 => vec![Word::Slow(Duration::from_secs(40))],
        _ => vec![Word::Done],
    }
}

/// One life of the process; returns when it is killed.
async fn live(
    dice: &mut Dice,
    instance: &Instance,
    world: &World,
    told: &mut Told,
    killed: &AtomicBool,
    steps: u64,
) {
    for _ in 0..steps {
        if dice.roll(3) == 0 {
            let number = told.offered.len();
            let key = dice.roll(4);
            let body = format!("k{key}-{number:04}");
            world.tell(&body, &words(dice));
            told.offered.insert(body.clone());
            let mut message = message(&body);
            message.key = (key > 0).then(|| key.to_string().into());
            if dice.roll(5) == 0 {
                message.delay = Some(Duration::from_millis(dice.roll(5000)));
            }
            if instance.publish(message).await.is_ok() {
                told.confirmed.insert(body);
            }
        }
        if !goes_on(dice, instance, killed).await {
            return;
        }
    }
}

/// Lets some of what waits go on, and some time pass; tells whether the process lives.
pub(super) async fn goes_on(dice: &mut Dice, instance: &Instance, killed: &AtomicBool) -> bool {
    for _ in 0..dice.roll(12) {
        tokio::task::yield_now().await;
    }
    let is_killed = killed.load(Ordering::SeqCst);
    if !is_killed && dice.roll(2) == 0 {
        let span = Duration::from_millis(dice.roll(800));
        instance.clock.advance(span);
    }
    !is_killed
}

/// Gives a process in which nothing fails any more the time that it needs.
pub(super) async fn run_empty(seed: u64, instance: &Instance, queue: &str) {
    for _ in 0..3000 {
        instance.clock.advance(Duration::from_secs(1));
        for _ in 0..12 {
            tokio::task::yield_now().await;
        }
        if instance.counts(queue).await.depth() == 0 {
            return;
        }
    }
    let counts = instance.counts(queue).await;
    panic!("seed {seed}: something is left: {counts:?}");
}

/// A store that fails at a commit of its choice: for a while, for good, or so that nobody hears that it was carried out.
pub(super) fn failing(dice: &mut Dice, disk: &Disk, killed: &Arc<AtomicBool>) -> Memory {
    let commits = AtomicU64::new(0);
    let (at, fate) = (dice.roll(60), dice.roll(3));
    let is_killed = Arc::clone(killed);
    Memory::scripted(disk, move |_| {
        let number = commits.fetch_add(1, Ordering::SeqCst);
        match fate {
            _ if number < at => Fate::Confirmed,
            0 if number > at + 4 => Fate::Confirmed,
            0 | 1 => Fate::Refused,
            _ => {
                is_killed.store(true, Ordering::SeqCst);
                Fate::Unconfirmed
            }
        }
    })
}

fn schedule(seed: u64) {
    let mut dice = Dice(seed);
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let clock = ManualClock::new();
    let ordered = dice.roll(2) == 0;
    let setup = setup(ordered, 1 + dice.roll(4) as u32);
    let function = function(setup);
    let mut told = Told::default();
    for life in 0..1 + dice.roll(5) {
        let owner = OwnerId(life as i64 + 1);
        let killed = Arc::new(AtomicBool::new(false));
        let memory = failing(&mut dice, &disk, &killed);
        let runtime = Builder::new_current_thread().build().unwrap();
        let steps = 10 + dice.roll(60);
        runtime.block_on(async {
            let instance = Instance::on(function, "", memory, owner, &clock, &world).await;
            live(&mut dice, &instance, &world, &mut told, &killed, steps).await;
        });
        // all that was at work is gone, wherever it stood
        drop(runtime);
        if dice.roll(2) == 0 {
            abandon(&disk, owner, &clock);
        }
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    let dead = runtime.block_on(async {
        let memory = Memory::on(&disk);
        let instance = Instance::on(function, "", memory, OwnerId(99), &clock, &world).await;
        run_empty(seed, &instance, "orders").await;
        instance.dead("orders").await
    });
    check(seed, &told, &world, &dead, ordered);
}

fn check(seed: u64, told: &Told, world: &World, dead: &[Peeked], ordered: bool) {
    let body = |letter: &Peeked| {
        let body = letter.message.content.body.clone().unwrap_or_default();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let dead: BTreeSet<String> = dead.iter().map(body).collect();
    let seen = world.seen();
    let done: BTreeSet<String> = seen
        .iter()
        .filter(|seen| seen.outcome == Some(true))
        .map(|seen| seen.body.clone())
        .collect();
    for id in &told.confirmed {
        assert!(
            done.contains(id) || dead.contains(id),
            "seed {seed}: `{id}` was confirmed and is lost"
        );
    }
    for id in done.iter().chain(&dead) {
        assert!(told.offered.contains(id), "seed {seed}: `{id}` is invented");
    }
    let rejected = |id: &String| {
        let all = world.words.lock().unwrap_or_else(PoisonError::into_inner);
        all[id].last() == Some(&Word::Reject)
    };
    for id in &dead {
        assert!(
            rejected(id),
            "seed {seed}: `{id}` was given up, and nobody rejected it"
        );
    }
    for id in &done {
        assert!(
            !rejected(id),
            "seed {seed}: `{id}` is done although it was rejected"
        );
    }
    if ordered {
        in_order(seed, &seen);
    }
}

/// In each lane, nothing is begun before what was sent earlier has ended for good, except again.
fn in_order(seed: u64, seen: &[Seen]) {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for Seen { body, .. } in seen {
        let lane = &body[..2];
        if lane == "k0" || !known.insert(body) {
            continue;
        }
        if let Some(before) = latest.insert(lane, body) {
            assert!(
                *before < **body,
                "seed {seed}: `{body}` came after `{before}`"
            );
        }
    }
}

#[test]
fn crash_schedules() {
    for seed in 0..SCHEDULES {
        schedule(seed);
    }
}

/// Some seconds of them.
pub(super) const SCHEDULES: u64 = if cfg!(debug_assertions) { 200 } else { 4000 };

//! Crash schedules of tasks: submitted, some twice, some asked to end, while the process is killed again and again. In the end
//! each that was confirmed has come to its end, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use tokio::runtime::Builder;

use super::simulation::{SCHEDULES, failing, goes_on, run_empty, words};
use super::*;
use crate::function::TaskSpec;
use crate::kit::Dice;
use crate::services::{Cancelled, NewTask, TaskId, TaskState};

fn render(concurrency: u32) -> &'static Function {
    let spec = TaskSpec {
        retry: RetryPolicy {
            // crashes count, and none shall be enough to give a task up
            max: NonZeroU32::new(1000).unwrap(),
            cap: Duration::from_secs(4),
            ..RetryPolicy::DEFAULT
        },
        priority: 0,
        keep: Duration::from_secs(24 * 3600),
    };
    let trigger = Trigger::Task { spec, call: handle };
    Box::leak(Box::new(Function {
        limits: Limits {
            concurrency: NonZeroU32::new(concurrency),
            ..Limits::NONE
        },
        ..kit::function("render", trigger)
    }))
}

/// What a schedule has been told.
#[derive(Default)]
struct Told {
    /// The jobs that were ever submitted.
    offered: BTreeSet<String>,
    /// The ids that were confirmed for a job.
    confirmed: BTreeMap<String, BTreeSet<String>>,
    /// The jobs that somebody asked to end, or may have.
    asked: BTreeSet<String>,
    /// The jobs that shall never have begun, with how often they had when that was said.
    ended: BTreeMap<String, usize>,
}

async fn live(
    dice: &mut Dice,
    instance: &Instance,
    world: &World,
    told: &mut Told,
    killed: &AtomicBool,
    steps: u64,
) {
    for _ in 0..steps {
        match dice.roll(6) {
            0 | 1 => submit(dice, instance, world, told).await,
            2 => cancel(dice, instance, world, told).await,
            _ => {}
        }
        if !goes_on(dice, instance, killed).await {
            return;
        }
    }
}

async fn submit(dice: &mut Dice, instance: &Instance, world: &World, told: &mut Told) {
    let known = told.offered.len() as u64;
    // now and then one that was submitted before
    let number = if known > 0 && dice.roll(4) == 0 {
        dice.roll(known)
    } else {
        known
    };
    let job = format!("job-{number:04}");
    if told.offered.insert(job.clone()) {
        world.tell(&job, &words(dice));
    }
    let task = NewTask {
        function: "render",
        payload: Payload::json(job.clone().into_bytes()),
        delay: (dice.roll(5) == 0).then(|| Duration::from_millis(dice.roll(5000))),
        priority: 0,
        idempotency_key: Some(job.clone().into()),
        keep: Duration::from_secs(24 * 3600),
        trace: None,
    };
    if let Ok(submitted) = instance.application.tasks().submit(task).await {
        let ids = told.confirmed.entry(job).or_default();
        ids.insert(submitted.id.to_string());
    }
}

async fn cancel(dice: &mut Dice, instance: &Instance, world: &World, told: &mut Told) {
    let count = told.confirmed.len() as u64;
    if count == 0 || dice.roll(3) > 0 {
        return;
    }
    let nth = usize::try_from(dice.roll(count)).unwrap();
    let (job, ids) = told.confirmed.iter().nth(nth).unwrap();
    let id: TaskId = ids.first().unwrap().parse().unwrap();
    let job = job.clone();
    told.asked.insert(job.clone());
    if let Ok(Some(Cancelled::Now)) = instance.application.tasks().cancel(&id).await {
        let begun = world.bodies().iter().filter(|body| **body == job).count();
        told.ended.insert(job, begun);
    }
}

fn schedule(seed: u64) {
    let mut dice = Dice(seed);
    let (disk, world) = (Disk::default(), Arc::new(World::default()));
    let clock = ManualClock::new();
    let function = render(1 + dice.roll(4) as u32);
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
        drop(runtime);
        if dice.roll(2) == 0 {
            abandon(&disk, owner, &clock);
        }
    }
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let memory = Memory::on(&disk);
        let instance = Instance::on(function, "", memory, OwnerId(99), &clock, &world).await;
        run_empty(seed, &instance, "task:render").await;
        check(seed, &told, &world, &instance).await;
    });
}

async fn check(seed: u64, told: &Told, world: &World, instance: &Instance) {
    for (job, ids) in &told.confirmed {
        assert_eq!(
            ids.len(),
            1,
            "seed {seed}: `{job}` is several tasks: {ids:?}"
        );
        let id: TaskId = ids.first().unwrap().parse().unwrap();
        let status = instance.application.tasks().status(&id).await.unwrap();
        let Some(status) = status else {
            panic!("seed {seed}: `{job}` was confirmed and is lost");
        };
        let last = world.words.lock().unwrap()[job].last().copied();
        let own = if last == Some(Word::Reject) {
            TaskState::Failed
        } else {
            TaskState::Succeeded
        };
        let state = status.state;
        let is_right = state == own || (state == TaskState::Cancelled && told.asked.contains(job));
        assert!(is_right, "seed {seed}: `{job}` is {state:?}, not {own:?}");
        assert_eq!(
            status.result.is_some(),
            state == TaskState::Succeeded,
            "seed {seed}: the result of `{job}`"
        );
    }
    let bodies = world.bodies();
    for job in &bodies {
        assert!(
            told.offered.contains(job),
            "seed {seed}: `{job}` is invented"
        );
    }
    for (job, begun) in &told.ended {
        let now = bodies.iter().filter(|body| *body == job).count();
        assert_eq!(
            now, *begun,
            "seed {seed}: `{job}` was ended and began all the same"
        );
    }
}

#[test]
fn crash_schedules_of_tasks() {
    for seed in 0..SCHEDULES {
        schedule(seed);
    }
}

//! Tasks: told about, tried again, asked to end.

use super::*;
use crate::function::TaskSpec;
use crate::services::{
    Cancelled, NewTask, Submitted, TaskError, TaskFilter, TaskId, TaskState, TaskStatus,
};

/// A task function: it notes that it was called, and does what its job says.
fn work(parts: Parts, input: Input) -> BoxFuture<'static, Outcome> {
    async move {
        let Input::Payload(job) = input else {
            panic!("{input:?}");
        };
        let cx = parts.context();
        let body = String::from_utf8(job.body.to_vec()).expect("a test sends text");
        let world = parts.application().resource::<World>().expect("given");
        world.lock().push(Seen {
            body: body.clone(),
            attempt: cx.attempt().expect("a store tells it"),
            outcome: None,
            at: parts.application().clock().now().since_origin(),
        });
        assert!(cx.task_id().is_some());
        cx.progress("begun");
        let kind = match &*body {
            "reject" => FailureKind::Reject,
            "retry" => FailureKind::Retry,
            "panic" => panic!("as the test wants"),
            // ends when it is told to, in one way or the other
            "stop" | "last" => {
                cx.cancelled().await;
                FailureKind::Reject
            }
            "done all the same" => {
                cx.cancelled().await;
                return Ok(Reply::json("1"));
            }
            _ => return Ok(Reply::new(body, "text/plain")),
        };
        Err(Failure::new(kind, "Told", format!("`{body}` was told to")))
    }
    .boxed()
}

fn encode(concurrency: Option<u32>) -> &'static Function {
    let spec = TaskSpec {
        retry: RetryPolicy {
            max: NonZeroU32::new(2).unwrap(),
            ..RetryPolicy::DEFAULT
        },
        priority: 0,
        keep: Duration::from_secs(3600),
    };
    let trigger = Trigger::Task { spec, call: work };
    Box::leak(Box::new(Function {
        limits: Limits {
            concurrency: concurrency.and_then(NonZeroU32::new),
            ..Limits::NONE
        },
        ..kit::function("encode", trigger)
    }))
}

struct Tasks {
    instance: Instance,
    world: Arc<World>,
    disk: Disk,
}

impl Tasks {
    async fn start(toml: &str, concurrency: Option<u32>) -> Self {
        let (disk, world) = (Disk::default(), Arc::new(World::default()));
        let clock = ManualClock::new();
        let instance = Self::on(&disk, &world, OwnerId(1), &clock, toml, concurrency).await;
        Self {
            instance,
            world,
            disk,
        }
    }

    async fn on(
        disk: &Disk,
        world: &Arc<World>,
        owner: OwnerId,
        clock: &ManualClock,
        toml: &str,
        concurrency: Option<u32>,
    ) -> Instance {
        let memory = Memory::on(disk);
        Instance::on(encode(concurrency), toml, memory, owner, clock, world).await
    }

    async fn try_submit(&self, task: NewTask) -> Result<Submitted, TaskError> {
        let submitted = self.instance.application.tasks().submit(task).await;
        self.instance.settle().await;
        submitted
    }

    async fn submit(&self, body: &'static str) -> TaskId {
        self.try_submit(task(body)).await.unwrap().id
    }

    async fn status(&self, id: &TaskId) -> TaskStatus {
        let status = self.instance.application.tasks().status(id).await;
        status.unwrap().expect("it is known")
    }

    async fn cancel(&self, id: &TaskId) -> Option<Cancelled> {
        let cancelled = self.instance.application.tasks().cancel(id).await.unwrap();
        self.instance.settle().await;
        cancelled
    }
}

fn task(body: &'static str) -> NewTask {
    NewTask {
        function: "encode",
        payload: Payload::json(body),
        delay: None,
        priority: 0,
        idempotency_key: None,
        keep: Duration::from_secs(3600),
        trace: None,
    }
}

#[tokio::test]
async fn a_task_is_told_about_from_its_first_to_its_last() {
    let tasks = Tasks::start("", None).await;
    let delayed = NewTask {
        delay: Some(Duration::from_secs(1)),
        ..task("up")
    };
    let id = tasks.try_submit(delayed).await.unwrap().id;
    let queued = tasks.status(&id).await;
    assert_eq!((queued.state, queued.attempts), (TaskState::Queued, 0));
    assert_eq!((&*queued.function, queued.progress), ("encode", None));
    assert!(queued.due.unwrap() > queued.submitted);
    tasks.instance.pass(Duration::from_secs(2)).await;
    let done = tasks.status(&id).await;
    assert_eq!((done.state, done.attempts), (TaskState::Succeeded, 1));
    assert!(done.finished.unwrap() >= done.started.unwrap());
    let result = done.result.unwrap();
    assert_eq!(
        (&result.body[..], &*result.media_type),
        (&b"up"[..], "text/plain")
    );
    let unknown = tasks
        .instance
        .application
        .tasks()
        .status(&"7".parse().unwrap());
    assert!(unknown.await.unwrap().is_none());
}

#[tokio::test]
async fn what_fails_too_often_has_failed_and_is_a_dead_letter() {
    let tasks = Tasks::start("", None).await;
    let (retry, panic, reject) = (
        tasks.submit("retry").await,
        tasks.submit("panic").await,
        tasks.submit("reject").await,
    );
    let waiting = tasks.status(&retry).await;
    assert_eq!((waiting.state, waiting.attempts), (TaskState::Queued, 1));
    assert_eq!(&*waiting.failure.unwrap().message, "`retry` was told to");
    tasks.instance.pass(Duration::from_secs(2)).await;
    for (id, attempts, kind) in [
        (&retry, 2, "retry"),
        (&panic, 2, "panic"),
        (&reject, 1, "reject"),
    ] {
        let failed = tasks.status(id).await;
        assert_eq!(
            (failed.state, failed.attempts),
            (TaskState::Failed, attempts)
        );
        assert_eq!(failed.failure.unwrap().kind, kind);
    }
    assert_eq!(tasks.instance.dead("task:encode").await.len(), 3);
    let filter = TaskFilter {
        function: Some("encode".into()),
        state: Some(TaskState::Failed),
        after: Some(reject),
        most: 1,
    };
    let listed = tasks
        .instance
        .application
        .tasks()
        .list(filter)
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, panic);
}

#[tokio::test]
async fn four_at_once_unless_somebody_says_how_many() {
    for (concurrency, at_once) in [(None, 4), (Some(2), 2)] {
        let tasks = Tasks::start("", concurrency).await;
        for _ in 0..6 {
            tasks.submit("stop").await;
        }
        assert_eq!(tasks.world.bodies().len(), at_once);
    }
}

#[tokio::test]
async fn the_same_work_is_one_task() {
    let tasks = Tasks::start("", None).await;
    let keyed = || NewTask {
        idempotency_key: Some("order-7".into()),
        ..task("up")
    };
    let first = tasks.try_submit(keyed()).await.unwrap();
    let second = tasks.try_submit(keyed()).await.unwrap();
    assert_eq!(second.id, first.id);
    assert!(second.repeated && !first.repeated);
    assert_eq!(tasks.world.bodies(), ["up"]);
}

#[tokio::test]
async fn what_is_cancelled_before_it_began_never_runs() {
    let tasks = Tasks::start("", Some(1)).await;
    let running = tasks.submit("stop").await;
    let waiting = tasks.submit("never").await;
    assert_eq!(tasks.cancel(&waiting).await, Some(Cancelled::Now));
    assert_eq!(
        tasks.cancel(&waiting).await,
        Some(Cancelled::TooLate(TaskState::Cancelled))
    );
    assert_eq!(tasks.cancel(&running).await, Some(Cancelled::Asked));
    tasks.instance.pass(Duration::from_secs(1)).await;
    assert_eq!(tasks.world.bodies(), ["stop"]);
    assert_eq!(tasks.status(&waiting).await.state, TaskState::Cancelled);
    assert_eq!(tasks.cancel(&"7".parse().unwrap()).await, None);
}

#[tokio::test]
async fn a_task_at_work_is_told_at_once() {
    let tasks = Tasks::start("", None).await;
    let (stop, all_the_same) = (
        tasks.submit("stop").await,
        tasks.submit("done all the same").await,
    );
    let running = tasks.status(&stop).await;
    assert_eq!(
        (running.state, running.cancelling),
        (TaskState::Running, false)
    );
    assert_eq!(running.progress.as_deref(), Some("begun"));
    // no time passes
    assert_eq!(tasks.cancel(&stop).await, Some(Cancelled::Asked));
    assert_eq!(tasks.cancel(&all_the_same).await, Some(Cancelled::Asked));
    let stopped = tasks.status(&stop).await;
    assert_eq!((stopped.state, stopped.attempts), (TaskState::Cancelled, 1));
    let done = tasks.status(&all_the_same).await;
    assert_eq!((done.state, done.cancelling), (TaskState::Succeeded, false));
    assert!(tasks.instance.dead("task:encode").await.is_empty());
}

#[tokio::test]
async fn another_process_hears_of_it_with_its_next_heartbeat() {
    let tasks = Tasks::start("", None).await;
    let id = tasks.submit("stop").await;
    let clock = &tasks.instance.clock;
    let other = Tasks::on(&tasks.disk, &tasks.world, OwnerId(2), clock, "", None).await;
    let asked = other.application.tasks().cancel(&id).await.unwrap();
    assert_eq!(asked, Some(Cancelled::Asked));
    let status = tasks.status(&id).await;
    assert_eq!(
        (status.state, status.cancelling),
        (TaskState::Running, true)
    );
    tasks.instance.pass(Duration::from_secs(3)).await;
    assert_eq!(tasks.status(&id).await.state, TaskState::Cancelled);
}

#[tokio::test]
async fn an_attempt_that_a_crash_cuts_off_counts() {
    let tasks = Tasks::start("", None).await;
    let id = tasks.submit("stop").await;
    let clock = tasks.instance.clock.clone();
    drop(tasks.instance);
    for owner in 1..=2 {
        abandon(&tasks.disk, OwnerId(owner), &clock);
        let owner = OwnerId(owner + 1);
        let next = Tasks::on(&tasks.disk, &tasks.world, owner, &clock, "", None).await;
        next.settle().await;
        let status = next.application.tasks().status(&id).await.unwrap().unwrap();
        match owner {
            OwnerId(2) => assert_eq!((status.state, status.attempts), (TaskState::Running, 2)),
            _ => {
                assert_eq!(status.state, TaskState::Failed);
                assert_eq!(status.failure.unwrap().kind, "retry");
            }
        }
    }
    assert_eq!(tasks.world.bodies().len(), 2);
}

#[tokio::test]
async fn so_many_may_wait() {
    let toml = "[tasks.encode]\ndepth = 1\n";
    let tasks = Tasks::start(toml, None).await;
    tasks.submit("stop").await;
    let error = tasks.try_submit(task("more")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the task `encode` was refused: 1 of them wait, and `tasks.encode.depth` allows 1"
    );
}

#[tokio::test]
async fn tasks_that_wait_elsewhere_have_no_channel_here() {
    let toml = "[tasks.encode]\nurl = \"http://broker/encode\"\n";
    let tasks = Tasks::start(toml, None).await;
    tasks.submit("up").await;
    assert!(tasks.world.bodies().is_empty());
}

//! Tasks: what is submitted, how it runs and is asked for, and how it travels where a platform's queue carries it.

use std::sync::Arc;
use std::time::Duration;

use faas::testing::TestApp;
use faas::{Cancelled, TaskError, TaskFilter, TaskId, TaskState};
use http::Request;
use serde_json::{Value, json};

use super::{Gate, Journal, app, get};

mod functions {
    use std::sync::Arc;
    use std::time::Duration;

    use faas::{Context, Error, Json, Path, State, TaskId, Tasks};
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use super::super::{Gate, Journal};

    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    pub(super) struct Film {
        pub(super) name: String,
    }

    #[faas::task(retry(max = 2, delay = "5s"), priority = 3, keep = "1d")]
    pub(super) async fn encode(
        Json(film): Json<Film>,
        cx: Context,
        State(journal): State<Arc<Journal>>,
    ) -> Result<Json<Film>, Error> {
        journal.note(
            json!({
                "name": film.name, "trigger": cx.trigger(), "attempt": cx.attempt(),
                "id": cx.task_id(), "key": cx.idempotency_key(),
                "trace": cx.trace().map(|trace| trace.traceparent().to_string()),
            })
            .to_string(),
        );
        cx.progress("40 %");
        match &*film.name {
            "broken" => Err(Error::retry("the projector is broken")),
            "banned" => Err(Error::reject("nobody may see that")),
            _ => Ok(Json(Film {
                name: format!("{}.mp4", film.name),
            })),
        }
    }

    /// Ends when it is told to; by itself it says something else.
    #[faas::task]
    pub(super) async fn endless(
        answer: String,
        cx: Context,
        State(gate): State<Arc<Gate>>,
    ) -> Result<String, Error> {
        gate.pass().await;
        cx.cancelled().await;
        assert!(cx.is_cancelled());
        if answer.is_empty() {
            return Err(Error::retry("stopped half-way"));
        }
        Ok(answer)
    }

    /// A fn without `async` looks at the flag.
    #[faas::task]
    pub(super) fn counts(cx: Context) -> String {
        let is_task = cx.task_id().is_some();
        format!("{is_task} {}", cx.is_cancelled())
    }

    #[faas::http(POST, "/films")]
    async fn create(Json(film): Json<Film>) -> Result<Json<TaskId>, Error> {
        let key = film.name.clone();
        Ok(Json(faas::submit(encode, film).idempotency_key(key).await?))
    }

    #[faas::http(POST, "/later")]
    async fn later(Json(film): Json<Film>) -> Result<Json<TaskId>, Error> {
        let submit = faas::submit(encode, film).delay(Duration::from_secs(60));
        Ok(Json(submit.priority(-2).await?))
    }

    #[faas::http(GET, "/films/{task}")]
    async fn film(tasks: Tasks, Path(task): Path<TaskId>) -> Result<Json<Value>, Error> {
        let Some(status) = tasks.status(&task).await? else {
            return Err(Error::status(http::StatusCode::NOT_FOUND, "no such film"));
        };
        let film: Option<Film> = tasks.result(&task).await?;
        Ok(Json(json!({
            "state": status.state, "progress": status.progress, "film": film,
        })))
    }

    #[faas::http(DELETE, "/films/{task}")]
    async fn cancel(tasks: Tasks, Path(task): Path<TaskId>) -> Result<String, Error> {
        Ok(format!("{:?}", tasks.cancel(&task).await?))
    }

    /// A function that lacks its annotation.
    pub(super) async fn plain(_: Json<Film>) {}

    #[faas::invoke]
    pub(super) async fn to_a_plain_fn() -> Result<(), Error> {
        let name = String::new();
        faas::submit(plain, Film { name }).await?;
        Ok(())
    }

    #[faas::invoke]
    pub(super) async fn outside(cx: Context) -> Json<bool> {
        cx.progress("half of it");
        Json(cx.task_id().is_none())
    }
}

use functions::{Film, counts, encode, endless, outside, plain, to_a_plain_fn};

struct World {
    app: TestApp,
    journal: Arc<Journal>,
    gate: Arc<Gate>,
}

async fn world(settings: &[(&str, &str)], platform: Option<&'static str>) -> World {
    let (journal, gate) = (Arc::new(Journal::default()), Arc::new(Gate::default()));
    let mut app = app(module_path!(), "functions")
        .given(Arc::clone(&journal))
        .given(Arc::clone(&gate));
    for (key, value) in settings {
        app = app.set(key, value);
    }
    if let Some(platform) = platform {
        app = app.platform(platform).unbound();
    }
    World {
        app: app.start().await,
        journal,
        gate,
    }
}

fn film(name: &str) -> Film {
    let name = name.to_owned();
    Film { name }
}

fn post(path: &str, name: &str) -> Request<String> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(json!({ "name": name }).to_string())
        .unwrap()
}

async fn submit(app: &TestApp, path: &str, name: &str) -> TaskId {
    let answer = app.http(post(path, name)).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()
}

fn noted(journal: &Journal) -> Vec<Value> {
    let notes = journal.read();
    let notes = notes.iter().map(|note| serde_json::from_str(note).unwrap());
    notes.collect()
}

#[tokio::test]
async fn a_task_carries_what_its_sender_and_its_function_say() {
    let World { app, .. } = world(&[], None).await;
    let first = submit(&app, "/films", "up").await;
    let later = submit(&app, "/later", "ran").await;
    let submitted = app.submitted();
    assert_eq!(submitted.len(), 2);
    let task = &submitted[0].task;
    assert_eq!((submitted[0].function(), task.priority), ("encode", 3));
    assert_eq!(submitted[0].json::<Film>(), film("up"));
    assert_eq!(submitted[0].id, first);
    assert_eq!(task.idempotency_key.as_deref(), Some("up"));
    assert_eq!(task.keep, Duration::from_secs(24 * 60 * 60));
    assert_eq!(
        (submitted[1].id.clone(), submitted[1].task.priority),
        (later, -2)
    );
    assert_eq!(submitted[1].task.delay, Some(Duration::from_secs(60)));
    assert!(app.submitted().is_empty(), "it is taken once");
    assert!(app.published().is_empty(), "a task is no message here");
}

#[tokio::test]
async fn the_same_work_is_one_task() {
    let World { app, journal, .. } = world(&[], None).await;
    let first = submit(&app, "/films", "up").await;
    assert_eq!(submit(&app, "/films", "up").await, first);
    assert_ne!(submit(&app, "/films", "down").await, first);
    assert_eq!(app.run_submitted().await.len(), 2);
    assert_eq!(submit(&app, "/films", "up").await, first);
    assert!(app.run_submitted().await.is_empty());
    assert_eq!(journal.read().len(), 2);
}

#[tokio::test]
async fn what_became_of_a_task_is_asked_for_by_its_id() {
    let World { app, journal, .. } = world(&[], None).await;
    let id = submit(&app, "/films", "up").await;
    let path = format!("/films/{id}");
    let asked = app.http(get(&path)).await.json::<Value>();
    assert_eq!(
        asked,
        json!({ "state": "queued", "progress": null, "film": null })
    );
    app.run_submitted().await;
    let asked = app.http(get(&path)).await.json::<Value>();
    let done = json!({ "state": "succeeded", "progress": "40 %", "film": { "name": "up.mp4" } });
    assert_eq!(asked, done);
    let note = &noted(&journal)[0];
    assert_eq!(note["trigger"], "task");
    assert_eq!((&note["attempt"], &note["key"]), (&json!(1), &json!("up")));
    assert_eq!(note["id"], json!(id));
    assert_eq!(app.http(get("/films/7")).await.status(), 404);
    assert_eq!(app.http(get("/films/no%20id")).await.status(), 400);
}

#[tokio::test]
async fn a_failed_attempt_comes_again_until_there_were_enough() {
    let World { app, journal, .. } = world(&[], None).await;
    submit(&app, "/films", "broken").await;
    let first = app.run_submitted().await.remove(0);
    assert_eq!((first.state, first.attempts), (TaskState::Queued, 1));
    assert!(first.finished.is_none());
    assert_eq!(
        first.failure.unwrap().message,
        "the projector is broken".into()
    );
    assert!(app.run_submitted().await.is_empty(), "it waits");
    app.clock().advance(Duration::from_secs(5));
    let second = app.run_submitted().await.remove(0);
    assert_eq!((second.state, second.attempts), (TaskState::Failed, 2));
    assert!(second.finished.is_some() && second.result.is_none());
    assert_eq!(journal.read().len(), 2);

    let failure = app.run_task(encode, film("banned")).await.unwrap_err();
    assert_eq!(failure.message, "nobody may see that");
    let filter = TaskFilter {
        state: Some(TaskState::Failed),
        most: 1,
        ..TaskFilter::default()
    };
    let failed = app.tasks().list(filter).await.unwrap();
    assert_eq!((failed.len(), failed[0].attempts), (1, 1));
    assert_eq!(failed[0].failure.as_ref().unwrap().kind, "reject");
}

#[tokio::test]
async fn what_was_cancelled_before_it_began_never_runs() {
    let World { app, journal, .. } = world(&[], None).await;
    let id = submit(&app, "/films", "up").await;
    let delete = || Request::delete(format!("/films/{id}")).body("").unwrap();
    assert_eq!(app.http(delete()).await.text(), "Some(Now)");
    assert!(app.run_submitted().await.is_empty());
    assert_eq!(app.http(delete()).await.text(), "Some(TooLate(Cancelled))");
    assert!(journal.read().is_empty());
}

#[tokio::test]
async fn a_task_at_work_ends_when_it_heeds_the_wish() {
    for (answer, ended) in [
        ("", TaskState::Cancelled),
        ("all the same", TaskState::Succeeded),
    ] {
        let World { app, gate, .. } = world(&[], None).await;
        let running = tokio::spawn({
            let app = app.clone();
            async move { app.run_task(endless, answer.to_owned()).await }
        });
        gate.entered().await;
        gate.open();
        let tasks = app.tasks();
        let id = tasks.list(TaskFilter::default()).await.unwrap()[0]
            .id
            .clone();
        assert_eq!(tasks.cancel(&id).await, Ok(Some(Cancelled::Asked)));
        assert!(tasks.status(&id).await.unwrap().unwrap().cancelling);
        let answered = running.await.unwrap();
        assert_eq!(answered.is_ok(), ended == TaskState::Succeeded);
        let status = tasks.status(&id).await.unwrap().unwrap();
        assert_eq!((status.state, status.cancelling), (ended, false));
        assert!(status.due.is_none(), "it is not tried again");
        let result: Option<String> = tasks.result(&id).await.unwrap();
        assert_eq!(
            result.as_deref(),
            (ended == TaskState::Succeeded).then_some(answer)
        );
    }
}

#[tokio::test]
async fn a_sync_handler_knows_its_task_too() {
    let World { app, .. } = world(&[], None).await;
    assert_eq!(app.run_task(counts, ()).await.unwrap(), "true false");
    assert!(app.call(outside, ()).await.unwrap());
    let logs = app.logs();
    assert!(
        logs.iter()
            .any(|line| line.contains("progress outside of a task: half of it")),
        "{logs:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_submitted_says_why() {
    let World { app, .. } = world(&[], None).await;
    let failure = app.call(to_a_plain_fn, ()).await.unwrap_err();
    let name = std::any::type_name_of_val(&plain);
    assert_eq!(
        failure.message,
        format!("`{name}` is not annotated with `#[faas::task]`")
    );
    let outside = faas::submit(encode, film("up")).await;
    assert_eq!(outside, Err(TaskError::NoApplication));
}

#[tokio::test]
async fn without_a_binding_the_client_is_told_which_key_is_missing() {
    let World { app, .. } = world(&[], Some("aws-lambda")).await;
    let answer = app.http(post("/films", "up")).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(
        answer.json::<Value>()["detail"],
        "task `encode` is not bound on `aws-lambda`: set `tasks.encode.url`"
    );
    let answer = app.http(get("/films/7")).await;
    assert_eq!(answer.status(), 501);
    assert!(
        answer.text().contains("what became of a task is not known"),
        "{}",
        answer.text()
    );
}

const BOUND: &[(&str, &str)] = &[(
    "tasks.encode.url",
    "https://sqs.eu-central-1.amazonaws.com/123456789012/encode-prod",
)];
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn sqs_brings_tasks_to_the_function_that_is_bound_to_it() {
    let World { app, journal, .. } = world(BOUND, Some("aws-lambda")).await;
    let record = |id: &str, name: &str| {
        json!({
            "messageId": id,
            "body": json!({ "name": name }).to_string(),
            "attributes": { "ApproximateReceiveCount": "2" },
            "messageAttributes": {
                "faastask": { "stringValue": "7f", "dataType": "String" },
            },
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:encode-prod",
        })
    };
    let records = [
        record("a", "up"),
        record("b", "broken"),
        record("c", "banned"),
    ];
    let event = json!({ "Records": records }).to_string();
    let answer = app.event("aws-lambda", event).await;
    // whether and when it comes again is the queue's own matter
    let failed = json!([{ "itemIdentifier": "b" }, { "itemIdentifier": "c" }]);
    assert_eq!(answer.json::<Value>()["batchItemFailures"], failed);
    let notes = noted(&journal);
    assert_eq!(notes.len(), 3);
    assert_eq!(notes[0]["name"], "up");
    assert_eq!(
        (&notes[0]["id"], &notes[0]["attempt"]),
        (&json!("7f"), &json!(2))
    );
    assert_eq!(notes[0]["key"], "a");
    let logs = app.logs();
    let kept = "nobody keeps the progress of a task that came through a queue: 40 %";
    assert!(logs.iter().any(|line| line.contains(kept)), "{logs:?}");
}

#[tokio::test]
async fn what_was_submitted_to_a_sink_comes_back_as_a_task() {
    let World { app, journal, .. } = world(&[], Some("knative")).await;
    let event = |id: &str, name: &str| {
        json!({
            "specversion": "1.0", "id": id, "source": "shop#task%3Aencode",
            "type": "dev.faas.queue.message", "datacontenttype": "application/json",
            "faastask": "7f", "traceparent": TRACE, "data": { "name": name },
        })
        .to_string()
    };
    let answer = app.event("knative", event("once", "up")).await;
    assert_eq!(answer.json::<Value>()["status"], 204, "{answer:?}");
    let notes = noted(&journal);
    assert_eq!(
        (&notes[0]["id"], &notes[0]["key"]),
        (&json!("7f"), &json!("once"))
    );
    assert_eq!(notes[0]["trace"], TRACE);
    // what shall come again and what shall not
    let answer = app.event("knative", event("2", "broken")).await;
    assert_eq!(answer.json::<Value>()["status"], 500, "{answer:?}");
    let answer = app.event("knative", event("3", "banned")).await;
    assert_eq!(answer.json::<Value>()["status"], 422, "{answer:?}");
}

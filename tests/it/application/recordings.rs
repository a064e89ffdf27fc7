//! Invocations recorded and run again, all in process: what is the same, what is told as another, what cannot be run.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use faas::testing::{ManualClock, Recording, TestApp, Unusable, delivery};
use faas_runtime_shim::clock::Clock as _;
use faas_runtime_shim::invocation::{Facts, Payload};
use faas_runtime_shim::record::{InputForm, OutcomeForm};
use futures_util::FutureExt as _;
use http::Request;
use serde_json::{Value, json};

use super::app;

mod first {
    use std::time::Duration;

    use bytes::Bytes;
    use faas::{Batch, Context, Error, Json, Message, Streamed};
    use futures_util::stream;
    use http::StatusCode;
    use serde_json::{Value, json};

    #[faas::http(POST, "/orders")]
    async fn order(cx: Context, Json(order): Json<Value>) -> (StatusCode, Json<Value>) {
        let answer =
            json!({ "order": order, "id": cx.invocation_id(), "total": 3, "token": "t0k" });
        (StatusCode::CREATED, Json(answer))
    }

    #[faas::invoke]
    async fn now(Json(after): Json<u64>, cx: Context) -> Result<Json<Value>, Error> {
        let wall = cx.application().clock().wall();
        match after {
            0 => Ok(Json(json!({ "wall": wall, "attempt": cx.attempt() }))),
            _ => Err(Error::retry_after(Duration::from_secs(after), "not now").with_name("Busy")),
        }
    }

    #[faas::invoke]
    async fn letters(Json(count): Json<u8>) -> Streamed {
        let letters = (b'a'..)
            .take(usize::from(count))
            .map(|letter| Ok(vec![letter]));
        let end = (count == 0).then(|| Err(Error::reject("no letters")));
        Streamed::new("text/plain", stream::iter(letters.chain(end)))
    }

    #[faas::queue("jobs")]
    pub(super) async fn jobs(batch: Batch<u8>) {
        for item in batch {
            match item.value {
                0 => item.report.fail(Error::reject("zero")),
                _ => item.report.done(),
            }
        }
    }

    #[faas::queue("plain", retry(max = 3))]
    pub(super) async fn plain(Message(number): Message<u8>) -> Result<(), Error> {
        assert_ne!(number, 7, "seven");
        Ok(())
    }

    #[faas::invoke]
    async fn mirror(body: Bytes) -> Bytes {
        body
    }

    #[faas::invoke(timeout = "1s")]
    async fn slow(Json(()): Json<()>) {
        std::future::pending::<()>().await;
    }
}

/// The next version of `first`: it counts otherwise, and some functions are gone.
mod second {
    use faas::{Batch, Error, Json, Message};
    use serde_json::{Value, json};

    #[faas::http(POST, "/orders")]
    async fn order(Json(order): Json<Value>) -> Json<Value> {
        Json(json!({ "order": order, "id": "other", "total": 4, "token": "other" }))
    }

    #[faas::queue("jobs")]
    async fn jobs(batch: Batch<u8>) {
        for item in batch {
            item.report.done();
        }
    }

    #[faas::queue("plain", retry(max = 3))]
    async fn plain(Message(_): Message<u8>) -> Result<(), Error> {
        Err(Error::reject("no").with_name("Never"))
    }
}

async fn started(module: &str) -> TestApp {
    app(module_path!(), module).start().await
}

async fn recording(folder: &Path) -> TestApp {
    let app = app(module_path!(), "first").record(folder);
    app.start().await
}

fn order(body: &Value) -> Request<Body> {
    Request::post("/orders?source=web&api_key=canary-q")
        .header("content-type", "application/json")
        .header("authorization", "Bearer canary-h")
        .header("x-number", "7")
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn invoke(app: &TestApp, function: &str, payload: impl Into<Vec<u8>>) {
    let index = app.application().by_name(function).unwrap();
    let body: Vec<u8> = payload.into();
    let payload = Payload::json(body);
    let outcome = app
        .application()
        .invoke(index, Facts::default(), payload.into())
        .await;
    if let Ok(reply) = outcome {
        let _ = reply.gathered(usize::MAX).await;
    }
    app.application().recorded().await;
}

/// The recordings of a folder, with their texts.
fn recordings(folder: &Path) -> Vec<(String, Recording)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            let recording = serde_json::from_str(&text).unwrap();
            (text, recording)
        })
        .collect()
}

#[tokio::test]
async fn the_same_service_comes_out_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let app = recording(folder.path()).await;
    app.http(order(&json!({ "pen": 1, "password": "canary-b" })))
        .await;
    app.http(Request::get("/nowhere").body(Body::empty()).unwrap())
        .await;
    for payload in ["0", "5", "{"] {
        invoke(&app, "now", payload).await;
    }
    invoke(&app, "letters", "3").await;
    invoke(&app, "letters", "0").await;
    invoke(&app, "mirror", vec![0xff, 0x00]).await;
    let jobs = [1, 0].map(|number| delivery(&number));
    app.deliver(first::jobs, jobs.to_vec()).await;
    app.send(first::plain, 7).await;

    let found = recordings(folder.path());
    assert_eq!(found.len(), 10);
    for (text, _) in &found {
        assert!(!text.contains("canary") && !text.contains("t0k"), "{text}");
    }
    let functions: Vec<_> = found
        .iter()
        .map(|(_, recording)| recording.function.as_deref().unwrap_or("-"))
        .collect();
    let expected = [
        "order", "-", "now", "now", "now", "letters", "letters", "mirror", "jobs", "plain",
    ];
    assert_eq!(functions, expected);

    let replayed = started("first").await.replay(folder.path()).await.unwrap();
    replayed.assert_same();
    assert_eq!((replayed.runs().len(), replayed.skipped().len()), (10, 0));
    // what was taken out is taken out of what came now, too
    let now = serde_json::to_string(replayed.runs()[0].now()).unwrap();
    assert!(!now.contains("t0k"), "{now}");
}

#[tokio::test]
async fn a_recording_can_be_read_by_people() {
    let folder = tempfile::tempdir().unwrap();
    let app = recording(folder.path()).await;
    app.http(order(&json!({ "pen": 1, "password": "canary-b" })))
        .await;
    let [(text, recording)] = &recordings(folder.path())[..] else {
        panic!("one invocation, one file");
    };
    let read: Value = serde_json::from_str(text).unwrap();
    assert_eq!(read["faas_recording"], 1);
    assert_eq!(read["function"], "order");
    assert_eq!(read["trigger"], "http");
    assert_eq!(read["platform"], "testing");
    assert_eq!(read["at"], "2026-01-01T00:00:00Z");
    let input = &read["input"]["http"];
    assert_eq!(input["method"], "POST");
    assert_eq!(input["uri"], "/orders?source=web&api_key=[redacted]");
    assert_eq!(
        input["body"]["json"],
        json!({ "pen": 1, "password": "[redacted]" })
    );
    let headers = input["headers"].as_array().unwrap();
    assert!(headers.contains(&json!(["authorization", "[redacted]"])));
    assert!(headers.contains(&json!(["x-number", "7"])));
    let response = &read["outcome"]["response"];
    assert_eq!(response["status"], 201);
    assert_eq!(response["body"]["json"]["total"], 3);
    assert_eq!(response["body"]["json"]["id"], read["facts"]["id"]);
    assert!(matches!(recording.input, InputForm::Http(_)));

    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let id = read["facts"]["id"].as_str().unwrap();
    assert_eq!(names, [format!("1767225600000-000000-{id}-order.json")]);
}

#[tokio::test]
async fn another_version_is_told_by_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let app = recording(folder.path()).await;
    app.http(order(&json!({ "pen": 1 }))).await;
    let jobs = [1, 0].map(|number| delivery(&number));
    app.deliver(first::jobs, jobs.to_vec()).await;
    app.send(first::plain, 7).await;
    invoke(&app, "letters", "3").await;

    let replayed = started("second").await.replay(folder.path()).await.unwrap();
    let differences: Vec<_> = replayed.differences().map(ToString::to_string).collect();
    let id = replayed.runs()[0].recorded().facts.id.clone();
    assert_eq!(
        differences,
        [
            format!("response.body.id: recorded \"{id}\", now \"other\""),
            "response.body.total: recorded 3, now 4".to_owned(),
            "response.status: recorded 201, now 200".to_owned(),
            "reports.1: recorded {\"kind\":\"reject\",\"message\":\"zero\",\"name\":\"Error\"}, now \"done\"".to_owned(),
            "failure.kind: recorded \"panic\", now \"reject\"".to_owned(),
            format!(
                "failure.message: recorded {}, now \"no\"",
                Value::from(panic_text(replayed.runs()[2].recorded()))
            ),
            "failure.name: recorded \"Panic\", now \"Never\"".to_owned(),
        ]
    );
    let [skipped] = replayed.skipped() else {
        panic!("one function is gone");
    };
    let name = "letters".to_owned();
    assert_eq!(skipped.why(), &Unusable::UnknownFunction { name });
    let told = replayed.to_string();
    assert!(
        told.starts_with("3 of 3 recorded invocations came out otherwise\n"),
        "{told}"
    );
    assert!(
        told.contains("-order.json (order)\n  response.body.id: "),
        "{told}"
    );
    assert!(
        told.contains("-letters.json: not run: there is no function `letters`"),
        "{told}"
    );

    let left = replayed.ignoring(["id", "TOTAL", "status", "reports", "failure"]);
    assert_eq!(left.differences().count(), 0);
    left.assert_same();
}

fn panic_text(recording: &Recording) -> String {
    match &recording.outcome {
        OutcomeForm::Failure(failure) => failure.message.clone(),
        other => panic!("no failure: {other:?}"),
    }
}

#[tokio::test]
#[should_panic = "response.body.total: recorded 3, now 4"]
async fn a_difference_fails_the_test() {
    let folder = tempfile::tempdir().unwrap();
    recording(folder.path()).await.http(order(&json!(1))).await;
    let app = started("second").await;
    app.replay(folder.path()).await.unwrap().assert_same();
}

#[tokio::test]
#[should_panic = "0 of 0 recorded invocations"]
async fn a_folder_of_which_nothing_runs_fails_the_test() {
    let folder = tempfile::tempdir().unwrap();
    invoke(&recording(folder.path()).await, "mirror", "1").await;
    let app = started("second").await;
    app.replay(folder.path()).await.unwrap().assert_same();
}

#[tokio::test]
async fn time_and_facts_are_those_of_the_recording() {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::new();
    let app = app(module_path!(), "first")
        .record(folder.path())
        .clock(&clock);
    let app = app.start().await;
    clock.advance(Duration::from_secs(3600));
    invoke(&app, "now", "0").await;
    clock.advance(Duration::from_millis(1));
    invoke(&app, "now", "0").await;
    let again = started("first").await;
    again.replay(folder.path()).await.unwrap().assert_same();
    assert_eq!(again.clock().wall(), clock.wall());
    assert!(clock.wall() > UNIX_EPOCH);
}

#[tokio::test]
async fn what_was_ended_from_outside_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let app = recording(folder.path()).await;
    let index = app.application().by_name("slow").unwrap();
    let slow = || {
        let payload = Payload::json("null");
        app.application()
            .invoke(index, Facts::default(), payload.into())
    };
    let mut late = Box::pin(slow());
    assert!((&mut late).now_or_never().is_none());
    app.clock().advance(Duration::from_secs(2));
    assert!(late.await.is_err());
    let mut gone = Box::pin(slow());
    assert!((&mut gone).now_or_never().is_none());
    drop(gone);
    app.application().idle().await;
    let outcomes: Vec<_> = recordings(folder.path())
        .into_iter()
        .map(|(_, recording)| recording.outcome)
        .collect();
    assert!(matches!(&outcomes[0], OutcomeForm::Failure(failure) if failure.kind == "deadline"));
    assert_eq!(outcomes[1], OutcomeForm::Cancelled);
    let replayed = started("first").await.replay(folder.path()).await.unwrap();
    let why: Vec<_> = replayed
        .skipped()
        .iter()
        .map(|one| one.why().to_string())
        .collect();
    assert!(
        why[0].contains("deadline") && why[1].contains("cancelled"),
        "{why:?}"
    );
}

#[tokio::test]
async fn bodies_have_their_bounds() {
    for (settings, body, cut) in [
        ("[record]\nmax_body = \"10B\"", "cut", true),
        ("[record]\nbodies = false", "left_out", false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let app = app(module_path!(), "first")
            .toml(settings)
            .record(folder.path());
        let app = app.start().await;
        app.http(order(&json!({ "pen": "a long one" }))).await;
        let [(text, recording)] = &recordings(folder.path())[..] else {
            panic!("one invocation, one file");
        };
        assert_eq!(recording.cut, cut);
        assert!(!text.contains("a long one"), "{text}");
        let read: Value = serde_json::from_str(text).unwrap();
        let kept = &read["input"]["http"]["body"];
        assert_eq!(kept, &json!({ body: 20 }));
        let replayed = started("first").await.replay(folder.path()).await.unwrap();
        let why = replayed.skipped()[0].why().to_string();
        assert!(why.contains("[record]"), "{why}");
    }
}

#[tokio::test]
async fn more_names_are_taken_out() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(module_path!(), "first").toml("[record]\nredact = [\"pen-name\"]");
    let app = app.record(folder.path()).start().await;
    app.http(order(&json!({ "penName": "canary", "pen": 1 })))
        .await;
    let (text, _) = &recordings(folder.path())[0];
    assert!(
        !text.contains("canary") && text.contains("\"pen\":1"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_no_recording_is_told_by_words() {
    let app = started("first").await;
    let folder = tempfile::tempdir().unwrap();
    let error = async |folder: &Path| app.replay(folder).await.map(drop).unwrap_err().to_string();
    let missing = error(&folder.path().join("nowhere")).await;
    assert!(
        missing.contains("nowhere") && missing.contains("FAAS_RECORD"),
        "{missing}"
    );
    let empty = error(folder.path()).await;
    assert!(empty.contains("has no recording"), "{empty}");
    std::fs::write(folder.path().join(".half.json"), "{").unwrap();
    let unfinished = error(folder.path()).await;
    assert!(unfinished.contains("has no recording"), "{unfinished}");
    let file = folder.path().join("1.json");
    std::fs::write(&file, "{\"faas_recording\": 1").unwrap();
    let broken = error(folder.path()).await;
    assert!(
        broken.contains("1.json") && broken.contains("line 1"),
        "{broken}"
    );
    std::fs::write(&file, "{\"faas_recording\": 99, \"all\": \"else\"}").unwrap();
    let replayed = app.replay(folder.path()).await.unwrap();
    assert_eq!(
        replayed.skipped()[0].why(),
        &Unusable::Newer { version: 99 }
    );
}

#[tokio::test]
async fn a_wrong_section_is_a_start_error() {
    let folder = tempfile::tempdir().unwrap();
    for (settings, told) in [
        ("[record]\nbody = true", "`record.body`"),
        ("[record]\nmax_body = \"much\"", "`record.max_body`"),
    ] {
        let app = app(module_path!(), "first")
            .toml(settings)
            .record(folder.path());
        let errors = super::refused(app.try_start().await).to_string();
        assert!(errors.contains(told), "{errors}");
    }
}

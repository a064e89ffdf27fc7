//! Object functions: which of them hears of an object, and what it is told.

use faas::extract::ObjectKind;
use faas::testing::{Settled, Settlement, TestApp, object};
use faas::{FailureKind, ObjectEvent};
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Input, Item};
use faas_runtime_shim::settle::Form;

use super::{Journal, app};

mod functions {
    use faas::{Context, Error, ObjectEvent, State};

    use super::super::Journal;

    #[faas::object("uploads", on = created, suffix = ".mp4")]
    pub(super) async fn transcode(
        journal: State<Journal>,
        object: ObjectEvent,
        cx: Context,
    ) -> Result<(), Error> {
        let ObjectEvent {
            bucket,
            key,
            kind,
            size,
            ..
        } = object;
        journal.note(format!("{bucket}/{key} {kind:?} {size:?} {}", cx.trigger()));
        match &*key {
            "bad.mp4" => Err(Error::reject("no film")),
            _ => Ok(()),
        }
    }

    #[faas::object("uploads", prefix = "in/raw/", suffix = ".mp4")]
    pub(super) async fn archive(object: ObjectEvent, journal: State<Journal>) {
        journal.note(format!("archived {}", object.key));
    }

    #[faas::object("uploads", on = removed, prefix = "in/")]
    pub(super) async fn forget(object: ObjectEvent, journal: State<Journal>) {
        journal.note(format!("forgot {}", object.key));
    }

    #[faas::object("logs")]
    pub(super) async fn anything(journal: State<Journal>) {
        journal.note("anything");
    }
}

use functions::{anything, archive, forget, transcode};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

fn notes(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

fn removed(key: &str) -> ObjectEvent {
    ObjectEvent {
        kind: ObjectKind::Removed,
        ..object(key)
    }
}

async fn arrives(app: &TestApp, bucket: &str, object: ObjectEvent) -> Settled {
    let arrival = Arrival {
        address: Address::Object(bucket.into()),
        item: Item::new(Input::Object(Box::new(object))),
    };
    let application = app.application();
    let settled = application.deliver(Facts::default(), vec![arrival], Form::WholeBatches);
    settled.await.remove(0)
}

#[tokio::test]
async fn a_function_is_told_what_the_store_tells() {
    let app = started().await;
    let film = ObjectEvent {
        size: Some(3),
        ..object("a b+c.mp4")
    };
    let settled = app.object(transcode, film).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    assert_eq!(notes(&app), ["uploads/a b+c.mp4 Created Some(3) object"]);
    let settled = app.object(transcode, object("bad.mp4")).await;
    assert_eq!(settled.settlement, Settlement::DeadLetter);
    assert_eq!(settled.outcome.unwrap_err().message, "no film");
}

#[tokio::test]
async fn what_nobody_wants_to_hear_of_is_no_failure() {
    let app = started().await;
    for object in [object("a.txt"), removed("a.mp4"), removed("out/a.txt")] {
        let settled = app.object(transcode, object.clone()).await;
        assert_eq!(settled.settlement, Settlement::Acknowledge, "{object:?}");
        assert!(settled.outcome.is_ok() && settled.function.is_none());
    }
    assert!(notes(&app).is_empty());
}

#[tokio::test]
async fn the_narrowest_of_several_hears_of_it() {
    let app = started().await;
    app.object(archive, object("in/raw/a.mp4")).await;
    app.object(forget, removed("in/a.mp4")).await;
    app.object(archive, removed("in/raw/a.mp4")).await;
    app.object(transcode, object("in/a.mp4")).await;
    app.object(anything, removed("x")).await;
    assert_eq!(
        notes(&app),
        [
            "archived in/raw/a.mp4",
            "forgot in/a.mp4",
            "archived in/raw/a.mp4",
            "uploads/in/a.mp4 Created None object",
            "anything"
        ]
    );
}

#[tokio::test]
#[should_panic(expected = "it went to the function `archive`, not to `transcode`")]
async fn an_object_of_another_function_fails_the_test() {
    let app = started().await;
    app.object(transcode, object("in/raw/a.mp4")).await;
}

#[tokio::test]
async fn a_bucket_is_found_by_its_physical_name() {
    let app = app(module_path!(), "functions").given(Journal::default());
    let app = app
        .set("objects.uploads.url", "s3://uploads-prod/in/")
        .start()
        .await;
    let film = ObjectEvent {
        bucket: "uploads-prod".into(),
        ..object("a.mp4")
    };
    let settled = arrives(&app, "uploads-prod", film).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    assert_eq!(notes(&app), ["uploads-prod/a.mp4 Created None object"]);
}

#[tokio::test]
async fn a_bucket_that_nobody_knows_is_loud() {
    let app = started().await;
    let settled = arrives(&app, "downloads", object("a.mp4")).await;
    assert_eq!(settled.settlement, Settlement::Fail);
    let failure = settled.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    for part in [
        "the bucket `downloads`",
        "objects.NAME.name",
        "anything (object `logs`)",
    ] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
}

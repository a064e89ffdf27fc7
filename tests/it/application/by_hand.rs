//! Invocations by hand: a plain payload becomes the input of any trigger.

use faas::Failure;
use faas::testing::TestApp;
use faas_runtime_shim::invocation::{Facts, Payload, Reply};

use super::{Journal, app};

mod functions {
    use faas::{Batch, Change, Context, Delivery, Event, Json, Message, ObjectEvent, State, Tick};
    use serde_json::Value;

    use super::super::Journal;

    #[faas::invoke]
    async fn plain(Json(value): Json<Value>) -> Json<Value> {
        Json(value)
    }

    #[faas::task]
    async fn work(Json(value): Json<Value>, cx: Context, journal: State<Journal>) -> Json<Value> {
        journal.note(format!("{} {value}", cx.trigger()));
        Json(value)
    }

    #[faas::queue("orders")]
    async fn one(message: Message<Value>, delivery: Delivery, journal: State<Journal>) {
        let Delivery { queue, attempt, .. } = delivery;
        journal.note(format!("{queue} {attempt:?} {}", message.0));
    }

    #[faas::queue("bulk")]
    async fn bulk(batch: Batch<Value>, journal: State<Journal>) {
        for item in &batch {
            journal.note(format!("{} {}", item.delivery().queue, item.value));
        }
    }

    #[faas::timer(every = "5m")]
    async fn often(tick: Tick, cx: Context, journal: State<Journal>) {
        journal.note(format!(
            "{} {:?} {}",
            tick.timer,
            tick.payload.body,
            cx.trigger()
        ));
    }

    #[faas::object("uploads", suffix = ".mp4")]
    async fn film(object: ObjectEvent, journal: State<Journal>) {
        let ObjectEvent {
            bucket,
            key,
            kind,
            size,
            ..
        } = object;
        journal.note(format!("{bucket}/{key} {kind:?} {size:?}"));
    }

    #[faas::binlog("shop.orders")]
    async fn row(change: Change<Value>, journal: State<Journal>) {
        let Change {
            table,
            kind,
            key,
            before,
            after,
            ..
        } = change;
        journal.note(format!("{table} {kind:?} {key:?} {before:?} {after:?}"));
    }

    #[faas::event("com.example.*", source = "/eu")]
    async fn event(event: Event<Value>, journal: State<Journal>) -> Event<Value> {
        journal.note(format!(
            "{} {} {}",
            event.kind(),
            event.source(),
            event.data
        ));
        Event::new("back", event.data)
    }
}

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

async fn by_hand(app: &TestApp, function: &str, payload: Payload) -> Result<Reply, Failure> {
    let application = app.application();
    let index = application.by_name(function).unwrap();
    let input = application.by_hand(index, payload)?;
    application.invoke(index, Facts::default(), input).await
}

/// What a function notes of a JSON payload.
async fn check(function: &str, payload: &'static str, expected: &str) {
    let app = started().await;
    by_hand(&app, function, Payload::json(payload))
        .await
        .unwrap();
    assert_eq!(
        app.resource::<Journal>().unwrap().read(),
        [expected],
        "{function}"
    );
}

#[tokio::test]
async fn each_trigger_has_a_plain_form() {
    check("one", "7", "orders Some(1) 7").await;
    check("bulk", "7", "bulk 7").await;
    check("often", "7", r#"often b"7" timer"#).await;
    check("film", r#"{"key": "a.mp4"}"#, "uploads/a.mp4 Created None").await;
    let removed = r#"{"key": "a.mp4", "kind": "removed", "size": 3, "bucket": "old"}"#;
    check("film", removed, "old/a.mp4 Removed Some(3)").await;
    let inserted = r#"{"kind": "insert", "after": 2, "before": null, "key": 1}"#;
    let noted = "shop.orders Insert Some(Number(1)) None Some(Number(2))";
    check("row", inserted, noted).await;
    check("event", "7", "com.example. /eu 7").await;
    check("work", "7", "task 7").await;
    let app = started().await;
    for function in ["plain", "work"] {
        let reply = by_hand(&app, function, Payload::json("7")).await.unwrap();
        assert_eq!(&reply.body[..], b"7", "{function}");
    }
}

#[tokio::test]
async fn an_event_may_come_whole() {
    let app = started().await;
    let text = r#"{"specversion": "1.0", "id": "17", "source": "/us", "type": "other", "data": 7}"#;
    let payload = Payload {
        media_type: Some("application/cloudevents+json; charset=utf-8".into()),
        ..Payload::json(text)
    };
    let reply = by_hand(&app, "event", payload).await.unwrap();
    assert_eq!(reply.event.unwrap().kind, "back");
    assert_eq!(app.resource::<Journal>().unwrap().read(), ["other /us 7"]);
    for (function, data, noted) in [
        ("one", "7", "orders Some(1) 7"),
        ("bulk", "7", "bulk 7"),
        ("film", r#"{"key": "a.mp4"}"#, "uploads/a.mp4 Created None"),
    ] {
        let app = started().await;
        let event = format!(
            r#"{{"specversion": "1.0", "id": "17", "source": "/us", "type": "t", "data": {data}}}"#
        );
        let payload = Payload {
            media_type: Some("application/cloudevents+json".into()),
            ..Payload::json(event)
        };
        by_hand(&app, function, payload).await.unwrap();
        assert_eq!(app.resource::<Journal>().unwrap().read(), [noted]);
    }
}

#[tokio::test]
async fn what_has_not_the_form_is_rejected() {
    let app = started().await;
    let cases = [
        ("film", "{}", "missing field `key`"),
        ("film", "7", r#"such as {"key": "#),
        ("row", r#"{"kind": "upsert"}"#, "unknown variant `upsert`"),
        ("row", "", r#"such as {"kind": "insert""#),
        ("one", "{", "no JSON document"),
        ("work", "{", "no JSON document"),
    ];
    for (function, payload, part) in cases {
        let failure = by_hand(&app, function, Payload::json(payload))
            .await
            .unwrap_err();
        assert_eq!(failure.name, "InvalidPayload", "{function}");
        assert!(failure.message.contains(part), "{}", failure.message);
    }
}

//! Event functions: which of them takes an event, how its data is read, and what is answered.

use faas::testing::{Settled, Settlement, TestApp};
use faas::{Event, FailureKind, Raw, Text};
use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Input, Item};
use faas_runtime_shim::settle::Form;
use faas_runtime_shim::trace::TraceContext;
use serde_json::json;

use super::{Journal, app};

mod functions {
    use faas::{Background, Context, Error, Event, Raw, State, Text};
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    use super::super::Journal;

    #[derive(Debug, Deserialize, Serialize)]
    pub(super) struct User {
        pub(super) email: String,
    }

    #[derive(Debug, Serialize)]
    pub(super) struct Mail {
        pub(super) to: String,
    }

    #[faas::event("com.example.user.created")]
    pub(super) async fn welcome(event: Event<User>) -> Result<Option<Event<Mail>>, Error> {
        match event.data.email.as_str() {
            "" => Ok(None),
            "panic" => panic!("no mail today"),
            to => {
                let mail = Mail { to: to.to_owned() };
                Ok(Some(
                    Event::new("com.example.mail", mail).with_subject(event.id()),
                ))
            }
        }
    }

    #[faas::event("com.example.user.*")]
    pub(super) async fn any_of_user(cx: Context, event: Event<Value>, journal: State<Journal>) {
        journal.note(format!("{} {} {}", cx.trigger(), event.kind(), event.data));
    }

    #[faas::event("com.example.*", source = "/eu")]
    pub(super) async fn of_eu(event: Event<Option<Value>>, journal: State<Journal>) {
        let attributes = (event.id(), event.source(), event.subject(), event.schema());
        journal.note(format!("{attributes:?} {:?}", event.data));
        for (name, value) in event.extensions() {
            journal.note(format!("{name}={value}"));
            assert_eq!(event.extension(name), Some(value));
        }
    }

    #[faas::event("raw")]
    pub(super) async fn raw(event: Event<Raw>) -> Event<Raw> {
        Event::new("raw.back", event.data)
            .with_id("own")
            .with_source("/own")
    }

    #[faas::event("text")]
    pub(super) fn text(event: Event<Text>) -> Event<Text> {
        Event::new("text.back", event.data)
    }

    #[faas::event("unlawful")]
    pub(super) async fn unlawful(cx: Context, event: Event<()>) -> Event<()> {
        assert_eq!(cx.idempotency_key(), Some("4:faas:17"));
        event.with_extension("Not-A-Name", "x")
    }

    #[faas::event("empty")]
    pub(super) async fn empty(_: Event<()>) -> Event<()> {
        Event::new("empty.back", ())
    }

    #[faas::event("google.cloud.storage.object.v1.finalized")]
    pub(super) async fn legacy(event: Background<Value>, journal: State<Journal>) {
        journal.note(serde_json::to_string(&event.context).unwrap());
        journal.note(event.data.to_string());
    }
}

use functions::{User, any_of_user, empty, legacy, of_eu, raw, text, unlawful, welcome};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

fn notes(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

fn created(email: &str) -> Event<User> {
    let email = email.to_owned();
    Event::new("com.example.user.created", User { email })
}

fn reply(settled: Settled) -> CloudEvent {
    *settled.outcome.unwrap().event.expect("a reply event")
}

/// An event as a platform hands it over.
fn told(kind: &str, data: Option<&'static str>) -> CloudEvent {
    CloudEvent {
        data_content_type: data.map(|_| "application/json".into()),
        data: data.map(|data| data.as_bytes().into()),
        ..CloudEvent::new("17", "/test", kind)
    }
}

async fn arrives(app: &TestApp, event: CloudEvent, facts: Facts) -> Settled {
    let arrival = Arrival {
        address: Address::Event,
        item: Item::new(Input::Event(Box::new(event))),
    };
    let settled = app
        .application()
        .deliver(facts, vec![arrival], Form::WholeBatches);
    settled.await.remove(0)
}

#[tokio::test]
async fn a_reply_event_gets_what_its_author_has_left_out() {
    let app = started().await;
    let answer = || async {
        let settled = app
            .emit(welcome, created("ada@example.com").with_id("17"))
            .await;
        reply(settled)
    };
    let (one, two) = (answer().await, answer().await);
    assert_eq!((&*one.kind, &*one.source), ("com.example.mail", "welcome"));
    assert_eq!(one.subject.as_deref(), Some("17"));
    assert_eq!(one.data_content_type.as_deref(), Some("application/json"));
    assert_eq!(
        one.data.as_deref(),
        Some(&br#"{"to":"ada@example.com"}"#[..])
    );
    assert!(!one.id.is_empty() && one.id != two.id, "{}", one.id);
    assert_eq!(one.time.as_deref(), Some("2026-01-01T00:00:00Z"));
}

#[tokio::test]
async fn what_an_author_has_said_stays() {
    let app = started().await;
    let bytes = Raw((&b"\0\xff"[..]).into());
    let answer = reply(app.emit(raw, Event::new("raw", bytes)).await);
    assert_eq!((&*answer.id, &*answer.source), ("own", "/own"));
    assert_eq!(
        answer.data_content_type.as_deref(),
        Some("application/octet-stream")
    );
    assert_eq!(answer.data.as_deref(), Some(&b"\0\xff"[..]));
    let answer = reply(
        app.emit(text, Event::new("text", Text::from("\"a\"")))
            .await,
    );
    assert_eq!(answer.data.as_deref(), Some(&b"\"a\""[..]));
}

#[tokio::test]
async fn no_data_is_no_data_in_and_out() {
    let app = started().await;
    let answer = reply(app.emit(empty, Event::new("empty", ())).await);
    assert_eq!((answer.data, answer.data_content_type), (None, None));
    let settled = arrives(&app, told("empty", None), Facts::default()).await;
    assert!(settled.outcome.is_ok());
}

#[tokio::test]
async fn a_handler_may_answer_nothing() {
    let app = started().await;
    let settled = app.emit(welcome, created("")).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    assert!(settled.outcome.unwrap().event.is_none());
    let settled = app.emit(welcome, created("panic")).await;
    assert_eq!(settled.outcome.unwrap_err().kind, FailureKind::Panic);
}

#[tokio::test]
async fn a_reply_goes_on_with_the_trace() {
    let app = started().await;
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let trace = TraceContext::parse_traceparent(header.as_bytes()).unwrap();
    let facts = Facts {
        trace: Some(trace.with_tracestate("vendor=1")),
        ..Facts::default()
    };
    let answer = reply(arrives(&app, told("empty", None), facts).await);
    let extension = |name: &str| answer.extensions.get(name).map(String::as_str);
    assert_eq!(extension("traceparent"), Some(header));
    assert_eq!(extension("tracestate"), Some("vendor=1"));
}

#[tokio::test]
async fn a_reply_that_breaks_the_rules_is_a_failure() {
    let app = started().await;
    let event = Event::new("unlawful", ()).with_id("17");
    let failure = app.emit(unlawful, event).await.outcome.unwrap_err();
    assert_eq!(
        (failure.kind, &*failure.name),
        (FailureKind::Retry, "SerializationError")
    );
    assert!(failure.message.contains("`Not-A-Name`"), "{failure:?}");
}

#[tokio::test]
async fn the_closest_description_takes_the_event() {
    let app = started().await;
    app.emit(
        any_of_user,
        Event::new("com.example.user.deleted", json!({})),
    )
    .await;
    // an exact type is closer than a beginning, whatever the source
    let settled = app.emit(welcome, created("").with_source("/eu")).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    // a longer beginning is closer than a source
    let deleted = Event::new("com.example.user.deleted", json!(1)).with_source("/eu");
    app.emit(any_of_user, deleted).await;
    assert_eq!(
        notes(&app),
        [
            "event com.example.user.deleted {}",
            "event com.example.user.deleted 1"
        ]
    );
}

#[tokio::test]
async fn a_function_is_told_all_attributes() {
    let app = started().await;
    let event = Event::new("com.example.order", None)
        .with_id("17")
        .with_source("/eu")
        .with_subject("order 7")
        .with_schema("https://example.com/order.json")
        .with_extension("tenant", "acme")
        .with_extension("partitionkey", "7");
    assert!(app.emit(of_eu, event).await.outcome.is_ok());
    assert_eq!(
        notes(&app),
        [
            r#"("17", "/eu", Some("order 7"), Some("https://example.com/order.json")) None"#,
            "partitionkey=7",
            "tenant=acme"
        ]
    );
}

#[tokio::test]
async fn data_of_another_shape_is_rejected_with_its_place() {
    let app = started().await;
    let cases = [
        (Some(r#"{"email": 7}"#), "at `email`"),
        (Some("{"), "no JSON document"),
        (Some("null"), "invalid type: null"),
        (None, "there is no data"),
    ];
    for (data, part) in cases {
        let event = told("com.example.user.created", data);
        let settled = arrives(&app, event, Facts::default()).await;
        let failure = settled.outcome.unwrap_err();
        assert_eq!(
            (failure.kind, &*failure.name),
            (FailureKind::Reject, "InvalidPayload")
        );
        let begin = "event `17` of type `com.example.user.created`: ";
        assert!(failure.message.starts_with(begin), "{}", failure.message);
        assert!(failure.message.contains(part), "{}", failure.message);
    }
    let protobuf = CloudEvent {
        data_content_type: Some("application/protobuf".into()),
        data: Some((&b"\x0a\x01\x07"[..]).into()),
        ..told("com.example.user.created", None)
    };
    let failure = arrives(&app, protobuf, Facts::default())
        .await
        .outcome
        .unwrap_err();
    assert!(
        failure.message.contains("`application/protobuf`"),
        "{failure:?}"
    );
}

#[tokio::test]
async fn an_event_that_nobody_takes_is_loud() {
    let app = started().await;
    let settled = arrives(&app, told("com.example.order", None), Facts::default()).await;
    assert_eq!(settled.settlement, Settlement::Fail);
    let failure = settled.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    for part in [
        "`com.example.order`",
        "`/test`",
        "of_eu (event `com.example.*`)",
    ] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_background_function_gets_the_names_that_it_knew() {
    let app = started().await;
    let data = json!({"kind": "storage#object", "name": "a.mp4"});
    let event = Event::new("google.cloud.storage.object.v1.finalized", data)
        .with_id("17")
        .with_source("//storage.googleapis.com/projects/_/buckets/b")
        .with_subject("objects/a.mp4");
    assert!(app.emit(legacy, event).await.outcome.is_ok());
    let context: serde_json::Value = serde_json::from_str(&notes(&app)[0]).unwrap();
    assert_eq!(context["eventType"], "google.storage.object.finalize");
    assert_eq!(context["eventId"], "17");
    assert_eq!(
        context["resource"],
        json!({
            "service": "storage.googleapis.com",
            "name": "projects/_/buckets/b/objects/a.mp4",
            "type": "storage#object",
        })
    );
}

#[tokio::test]
#[should_panic(expected = "it went to the function `welcome`, not to `any_of_user`")]
async fn an_event_of_another_function_fails_the_test() {
    let app = started().await;
    let event = Event::new("com.example.user.created", json!({"email": ""}));
    app.emit(any_of_user, event).await;
}

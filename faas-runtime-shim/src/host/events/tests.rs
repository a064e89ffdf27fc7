//! Requests with events: where each goes, and what its sender reads.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http_body_util::BodyExt;

use super::*;
use crate::application::Blueprint;
use crate::clock::ManualClock;
use crate::config::Configuration;
use crate::function::{EventSpec, Function, Limits, QueueSpec, RetryPolicy, Trigger};
use crate::invocation::{FailureKind, Outcome, Parts, Reply};
use crate::kit;
use crate::outlet::{Bindings, Message, Outlet, PublishError, Sink};
use crate::services::Services;

thread_local! {
    static SEEN: RefCell<Vec<(&'static str, Input)>> = const { RefCell::new(Vec::new()) };
}

/// Takes what the functions of this thread's test have got, with their names.
pub(crate) fn seen() -> Vec<(&'static str, Input)> {
    SEEN.take()
}

/// A handler that does what the function's name says.
pub(crate) fn entry(parts: Parts, input: Input) -> BoxFuture<'static, Outcome> {
    let name = parts.context().function();
    SEEN.with_borrow_mut(|seen| seen.push((name, input)));
    let failed = |kind| {
        Err(Failure::new(
            kind,
            "Broken",
            "canary: the printer is on fire".to_owned(),
        ))
    };
    let outcome = match name.split('_').next().unwrap_or_default() {
        "replies" => Ok(Reply::event(CloudEvent::new("", "", "answer"))),
        "answers" => Ok(Reply::json(r#"{"not":"an event"}"#)),
        "spoils" => Ok(Reply::event(CloudEvent::new("1", "/", "an\nswer"))),
        "retries" => failed(FailureKind::Retry),
        "waits" => failed(FailureKind::RetryAfter(Duration::from_millis(2500))),
        "rejects" => failed(FailureKind::Reject),
        "panics" => return Box::pin(async { panic!("canary") }),
        "sleeps" => return Box::pin(std::future::pending()),
        _ => Ok(Reply::nothing()),
    };
    Box::pin(std::future::ready(outcome))
}

pub(crate) fn function(name: &'static str, limits: Limits, trigger: Trigger) -> &'static Function {
    Box::leak(Box::new(Function {
        limits,
        needs: |needs| {
            needs.deliveries();
            needs.http();
        },
        ..kit::function(name, trigger)
    }))
}

pub(crate) fn events(name: &'static str, kind: &'static str) -> &'static Function {
    let spec = EventSpec { kind, source: None };
    function(name, Limits::NONE, Trigger::Event { spec, call: entry })
}

pub(crate) fn queue(name: &'static str, queue: &'static str) -> &'static Function {
    let spec = QueueSpec {
        queue,
        batch: None,
        retry: RetryPolicy::DEFAULT,
        dead_letter: Some("dead"),
        ordered: false,
        whole_batch: false,
    };
    function(name, Limits::NONE, Trigger::Queue { spec, call: entry })
}

/// An application of these functions alone.
pub(crate) async fn application(
    functions: Vec<&'static Function>,
    toml: &str,
    clock: Arc<ManualClock>,
) -> Application {
    let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
    let sink = Sink {
        url: "nowhere".to_owned().into(),
        extensions: Vec::new(),
    };
    let outlet = Bindings::new(configuration.clone(), "host", Some(sink));
    application_with(functions, configuration, clock, Arc::new(outlet)).await
}

async fn application_with(
    functions: Vec<&'static Function>,
    configuration: Configuration,
    clock: Arc<ManualClock>,
    outlet: Arc<dyn Outlet>,
) -> Application {
    let blueprint = Blueprint {
        services: Services::new(outlet, "host"),
        ..kit::blueprint(functions, configuration, clock)
    };
    Application::build(blueprint).await.unwrap()
}

/// An answer as its reader sees it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn read(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Self {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Functions for every way to end.
fn functions() -> Vec<&'static Function> {
    let brief = Limits {
        timeout: Some(Duration::from_secs(1)),
        ..Limits::NONE
    };
    let spec = EventSpec {
        kind: "sleeps",
        source: None,
    };
    vec![
        events("succeeds", "succeeds"),
        events("replies", "replies"),
        events("answers", "answers"),
        events("spoils", "spoils"),
        events("retries", "retries"),
        events("waits", "waits"),
        events("rejects", "rejects"),
        events("panics", "panics"),
        function("sleeps", brief, Trigger::Event { spec, call: entry }),
        queue("takes", "orders"),
        queue("rejects_one", "refused"),
    ]
}

const TRUSTING: Intake = Intake {
    arrivals: |_, event| vec![arrival(event)],
    trusts_sender: true,
};

const DISTRUSTING: Intake = Intake {
    trusts_sender: false,
    ..TRUSTING
};

async fn send(intake: Intake, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let clock = Arc::new(ManualClock::new());
    let application = application(functions(), "", Arc::clone(&clock)).await;
    let mut request = Request::post("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).unwrap();
    let mut answer = Box::pin(intake.answer(&application, Facts::default(), request));
    let response = match answer.as_mut().now_or_never() {
        Some(response) => response,
        None => {
            clock.advance(Duration::from_secs(2));
            answer.await
        }
    };
    Answer::read(response).await
}

async fn binary(intake: Intake, kind: &str) -> Answer {
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/test"),
        ("ce-type", kind),
    ];
    send(intake, &headers, "").await
}

async fn batch(kinds: &[&str]) -> Answer {
    let event = |kind: &&str| {
        format!(r#"{{"specversion":"1.0","id":"{kind}","source":"/test","type":"{kind}"}}"#)
    };
    let body: Vec<_> = kinds.iter().map(event).collect();
    let headers = [("content-type", "application/cloudevents-batch+json")];
    send(TRUSTING, &headers, format!("[{}]", body.join(","))).await
}

/// What Knative repeats (knative/specs, "specs/eventing/data-plane.md", delivery retry).
fn is_sent_again(status: u16) -> bool {
    matches!(status, 404 | 408 | 409 | 429 | 500..)
}

#[tokio::test]
async fn each_outcome_has_its_status() {
    for (kind, status, again) in [
        ("succeeds", 204, false),
        ("answers", 204, false),
        ("replies", 200, false),
        ("spoils", 500, true),
        ("retries", 500, true),
        ("waits", 503, true),
        ("panics", 500, true),
        ("sleeps", 504, true),
        ("rejects", 422, false),
        ("unknown", 422, false),
    ] {
        for intake in [TRUSTING, DISTRUSTING] {
            let answer = binary(intake, kind).await;
            assert_eq!(answer.status, status, "{kind}: {answer:?}");
            assert_eq!(is_sent_again(answer.status), again, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_success_has_no_body() {
    for kind in ["succeeds", "answers"] {
        let answer = binary(TRUSTING, kind).await;
        assert_eq!(answer.body, "", "{kind}");
        assert_eq!(answer.header("content-type"), None, "{kind}");
    }
}

#[tokio::test]
async fn a_reply_is_an_event_of_its_own() {
    let answer = binary(TRUSTING, "replies").await;
    assert_eq!(answer.header("ce-type"), Some("answer"));
    assert_eq!(answer.header("ce-source"), Some("replies"));
    assert_eq!(answer.header("ce-specversion"), Some("1.0"));
    assert_ne!(answer.header("ce-id"), Some("1"));
    let events = decode::decode(Mode::Binary, &answer.headers, answer.body.into()).unwrap();
    assert!(!events[0].id.is_empty() && events[0].time.is_some());
}

#[tokio::test]
async fn only_a_platform_is_told_why_a_function_failed() {
    let answer = binary(TRUSTING, "retries").await;
    assert_eq!(answer.body, "canary: the printer is on fire");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    for kind in ["retries", "waits", "panics", "sleeps"] {
        let answer = binary(DISTRUSTING, kind).await;
        let start = format!("`{kind}` failed: ");
        assert!(answer.body.starts_with(&start), "{answer:?}");
        assert!(!answer.body.contains("canary"), "{answer:?}");
    }
    // what is wrong with the event is its sender's business
    let answer = binary(DISTRUSTING, "rejects").await;
    assert_eq!(answer.body, "canary: the printer is on fire");
}

#[tokio::test]
async fn a_delay_is_told_in_whole_seconds() {
    let answer = binary(TRUSTING, "waits").await;
    assert_eq!(answer.header("retry-after"), Some("3"));
}

#[tokio::test]
async fn an_unknown_type_is_told_with_what_there_is() {
    let answer = binary(TRUSTING, "unknown").await;
    for part in ["`unknown`", "#[faas::event(\"unknown\")]", "succeeds"] {
        assert!(answer.body.contains(part), "{answer:?}");
    }
    // others might be glad to know
    let answer = binary(DISTRUSTING, "unknown").await;
    assert_eq!(answer.body, "no function takes this event");
}

#[tokio::test]
async fn a_batch_has_the_status_of_its_worst() {
    for (kinds, status) in [
        (&[][..], 204),
        (&["succeeds", "succeeds"], 204),
        (&["succeeds", "rejects"], 422),
        (&["rejects", "retries", "succeeds"], 500),
        (&["retries", "waits"], 503),
        // nobody reads a reply to a batch
        (&["replies"], 204),
    ] {
        let answer = batch(kinds).await;
        assert_eq!(answer.status, status, "{kinds:?}: {answer:?}");
        assert_eq!(seen().len(), kinds.len(), "{kinds:?}");
    }
}

#[tokio::test]
async fn an_ordered_function_handles_nothing_behind_a_failed_delivery_of_its_key() {
    for (ordered, handled) in [(false, 3), (true, 2)] {
        let spec = QueueSpec {
            queue: "orders",
            batch: None,
            retry: RetryPolicy::DEFAULT,
            dead_letter: None,
            ordered,
            whole_batch: false,
        };
        let retries = function(
            "retries",
            Limits::NONE,
            Trigger::Queue { spec, call: entry },
        );
        let application = application(vec![retries], "", Arc::new(ManualClock::new())).await;
        let sent = |(id, key)| {
            format!(
                r#"{{"specversion":"1.0","id":"{id}","source":"shop#orders","type":"{KIND}","partitionkey":"{key}"}}"#
            )
        };
        let body = [("1", "a"), ("2", "a"), ("3", "b")].map(sent).join(",");
        let request = Request::post("/")
            .header("content-type", decode::BATCHED)
            .body(format!("[{body}]").into())
            .unwrap();
        let response = TRUSTING
            .answer(&application, Facts::default(), request)
            .await;
        assert!(response.status().is_server_error(), "{response:?}");
        assert_eq!(seen().len(), handled, "{ordered}");
    }
}

#[tokio::test]
async fn nothing_of_a_batch_runs_if_one_event_cannot_be_read() {
    let body = r#"[{"specversion":"1.0","id":"1","source":"/test","type":"succeeds"},{"specversion":"1.0"}]"#;
    let headers = [("content-type", "application/cloudevents-batch+json")];
    let answer = send(TRUSTING, &headers, body).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("event 1 of the batch"), "{answer:?}");
    assert!(seen().is_empty());
}

#[tokio::test]
async fn what_is_no_event_is_refused_for_good() {
    let structured = ("content-type", "application/cloudevents+json");
    type Headers = [(&'static str, &'static str)];
    let cases: &[(&Headers, &str, u16)] = &[
        (&[], "", 415),
        (&[("content-type", "application/json")], "{}", 415),
        (
            &[("content-type", "application/cloudevents+avro")],
            "x",
            415,
        ),
        (&[("ce-id", "1")], "", 400),
        (&[("ce-specversion", "0.3"), ("ce-id", "1")], "", 400),
        (&[("ce-specversion", "1.0"), ("ce-id", "1")], "", 400),
        (&[structured], "", 400),
        (&[structured], "{", 400),
        (&[structured], "[]", 400),
    ];
    for (headers, body, status) in cases {
        let answer = send(TRUSTING, headers, (*body).to_owned()).await;
        assert_eq!(answer.status, *status, "{headers:?} {body}: {answer:?}");
        assert!(!answer.body.is_empty(), "{headers:?} {body}");
        assert!(!is_sent_again(answer.status));
    }
}

#[tokio::test]
async fn a_message_of_ours_reaches_its_queue() {
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "once"),
        ("ce-source", "shop#orders"),
        ("ce-type", KIND),
        ("ce-traceparent", TRACE),
        ("content-type", "application/json"),
    ];
    let answer = send(TRUSTING, &headers, "[1]").await;
    assert_eq!(answer.status, 204, "{answer:?}");
    let [("takes", Input::Delivery(delivery))] = &seen()[..] else {
        panic!("not the queue's function");
    };
    assert_eq!(delivery.body.as_deref(), Some(&b"[1]"[..]));
    assert_eq!(delivery.idempotency_key.as_deref(), Some("once"));
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async fn rejected(toml: &str) -> StatusCode {
    let clock = Arc::new(ManualClock::new());
    let application = application(functions(), toml, clock).await;
    let request = Request::post("/")
        .header("ce-specversion", "1.0")
        .header("ce-id", "1")
        .header("ce-source", "shop#refused")
        .header("ce-type", KIND)
        .body(Body::empty())
        .unwrap();
    let response = TRUSTING
        .answer(&application, Facts::default(), request)
        .await;
    response.status()
}

#[tokio::test]
async fn two_functions_bound_to_one_queue_are_told_as_such() {
    let toml = "[queues.a]\nname = \"shared\"\n[queues.b]\nname = \"shared\"";
    let functions = vec![queue("one", "a"), queue("other", "b")];
    let application = application(functions, toml, Arc::new(ManualClock::new())).await;
    let request = Request::post("/")
        .header("ce-specversion", "1.0")
        .header("ce-id", "1")
        .header("ce-source", "shop#shared")
        .header("ce-type", KIND)
        .body(Body::empty())
        .unwrap();
    let response = TRUSTING
        .answer(&application, Facts::default(), request)
        .await;
    let answer = Answer::read(response).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    let start = "several functions are bound to the queue `shared`: ";
    assert!(answer.body.starts_with(start), "{answer:?}");
    assert!(seen().is_empty());
}

#[tokio::test]
async fn without_dead_letters_a_rejected_message_is_refused_for_good() {
    assert_eq!(rejected("").await, 422);
    // bound, and yet nowhere that this build can write to
    let nobody = "[queues.dead]\nurl = \"nobody://speaks/this\"";
    assert_eq!(rejected(nobody).await, 422);
}

#[tokio::test]
async fn a_dead_letter_that_cannot_be_written_has_to_come_again() {
    // port 1 belongs to `tcpmux`, which nothing here serves
    let nobody = "[queues.dead]\nurl = \"http://127.0.0.1:1/\"";
    assert_eq!(rejected(nobody).await, 500);
}

/// A queue that never answers.
#[derive(Debug)]
struct Silent;

impl Outlet for Silent {
    fn publish(&self, _: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        Box::pin(std::future::pending())
    }

    fn emit(&self, _: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        Box::pin(std::future::pending())
    }

    fn is_bound(&self, _: &str) -> bool {
        true
    }
}

#[tokio::test]
async fn a_dead_letter_is_not_waited_for_past_the_deadline() {
    let clock = Arc::new(ManualClock::new());
    let configuration = Configuration::empty();
    let functions = vec![queue("rejects_one", "refused")];
    let outlet = Arc::new(Silent);
    let application = application_with(functions, configuration, Arc::clone(&clock), outlet).await;
    let facts = Facts {
        deadline: Some(application.clock().now().after(Duration::from_secs(1))),
        ..Facts::default()
    };
    let arrivals = ["1", "2"].map(|id| arrival(CloudEvent::new(id, "shop#refused", KIND)));
    let mut settled = Box::pin(application.deliver(facts, arrivals.into(), Form::PartialBatches));
    assert!(settled.as_mut().now_or_never().is_none());
    clock.advance(Duration::from_secs(1));
    let settled = settled.now_or_never().unwrap();
    let settlements: Vec<_> = settled.iter().map(|one| one.settlement).collect();
    assert_eq!(settlements, [Settlement::Fail, Settlement::Fail]);
    assert_eq!(seen().len(), 1);
}

#[tokio::test]
async fn a_long_text_is_cut() {
    let kind = "ü".repeat(2000);
    let header = kind
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect::<String>();
    let answer = binary(TRUSTING, &header).await;
    assert_eq!(answer.status, 422);
    assert!(
        (LONGEST - 1..=LONGEST).contains(&answer.body.len()),
        "{}",
        answer.body.len()
    );
}

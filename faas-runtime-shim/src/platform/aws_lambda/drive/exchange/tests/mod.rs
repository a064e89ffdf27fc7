//! Events through an application: who gets them, and what Lambda is answered.

mod answers;
mod documents;
mod fifo;
mod inside;
mod streaming;
mod table;
mod types;
mod unsupported;

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{ResponseMode, Verdict, exchange};
use crate::application::{Application, Blueprint};
use crate::clock::ManualClock;
use crate::cloudevents::CloudEvent;
use crate::config::Configuration;
use crate::function::{
    BinlogSpec, EventSpec, Function, Missed, Needs, ObjectSpec, Overlap, QueueSpec, RetryPolicy,
    Schedule, TimerSpec, Trigger,
};
use crate::invocation::{Facts, Failure, FailureKind, Input, Outcome, Parts, Reply};
use crate::kit;
use crate::outlet::{Message, Outlet, PublishError};
use crate::registry::Selection;
use crate::services::Services;

thread_local! {
    /// What the functions of this test were given, in order.
    static GIVEN: RefCell<Vec<(Input, Option<String>)>> = const { RefCell::new(Vec::new()) };
    /// What they answer.
    static ANSWER: RefCell<fn(&Input) -> Outcome> = const { RefCell::new(by_body) };
    /// What was published, such as dead letters.
    static PUBLISHED: RefCell<Vec<Message>> = const { RefCell::new(Vec::new()) };
}

/// The entry point of all functions here.
fn entry(parts: Parts, input: Input) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let key = parts.context().idempotency_key().map(str::to_owned);
        let answer = ANSWER.with_borrow(|answer| *answer);
        GIVEN.with_borrow_mut(|given| given.push((input.clone(), key)));
        answer(&input)
    })
}

/// Fails with what the body of a delivery asks for.
fn by_body(input: &Input) -> Outcome {
    let Input::Delivery(delivery) = input else {
        return Ok(Reply::nothing());
    };
    match delivery.body.as_deref() {
        Some(b"retry") => Err(failure(FailureKind::Retry)),
        Some(b"reject") => Err(failure(FailureKind::Reject)),
        Some(b"panic") => panic!("asked to"),
        _ => Ok(Reply::nothing()),
    }
}

fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, "TestError", "asked to fail".to_owned())
}

fn always_failing(_: &Input) -> Outcome {
    Err(failure(FailureKind::Retry))
}

fn answer_with(answer: fn(&Input) -> Outcome) {
    ANSWER.set(answer);
}

/// Takes what the functions were given since the last time.
fn given() -> Vec<Input> {
    GIVEN.take().into_iter().map(|(input, _)| input).collect()
}

fn function(name: &str, trigger: Trigger) -> &'static Function {
    let name = String::from(name).leak();
    Box::leak(Box::new(Function {
        needs: match trigger {
            Trigger::Invoke { .. } => |_| {},
            _ => Needs::deliveries,
        },
        ..kit::function(name, trigger)
    }))
}

fn invoke(name: &str) -> &'static Function {
    function(name, Trigger::Invoke { call: entry })
}

fn queue(queue: &str) -> &'static Function {
    queue_with(queue, None)
}

fn queue_with(queue: &str, dead_letter: Option<&'static str>) -> &'static Function {
    let spec = QueueSpec {
        queue: String::from(queue).leak(),
        batch: None,
        retry: RetryPolicy::DEFAULT,
        dead_letter,
        ordered: false,
        whole_batch: false,
    };
    function("on_queue", Trigger::Queue { spec, call: entry })
}

fn object(bucket: &str, prefix: &'static str) -> &'static Function {
    let spec = ObjectSpec {
        bucket: String::from(bucket).leak(),
        on: &[],
        prefix,
        suffix: "",
    };
    function("on_object", Trigger::Object { spec, call: entry })
}

/// A function of this trigger that is called so, as the table of recorded events says it.
fn named(trigger: &str, name: &str) -> &'static Function {
    let text: &'static str = String::from(name).leak();
    match trigger {
        "queue" => queue(name),
        "object" => object(name, ""),
        "binlog" => {
            let spec = BinlogSpec {
                table: text,
                on: &[],
            };
            function("on_change", Trigger::Binlog { spec, call: entry })
        }
        "event" => {
            let spec = EventSpec {
                kind: text,
                source: None,
            };
            function("on_event", Trigger::Event { spec, call: entry })
        }
        "timer" => {
            let spec = TimerSpec {
                schedule: Schedule::Every(std::time::Duration::from_secs(60)),
                timezone: None,
                jitter: std::time::Duration::ZERO,
                missed: Missed::Once,
                overlap: Overlap::Skip,
                prestart: std::time::Duration::ZERO,
            };
            function(name, Trigger::Timer { spec, call: entry })
        }
        other => panic!("no function of trigger `{other}`"),
    }
}

/// Keeps what is published to `dead`, and has nothing else.
#[derive(Debug)]
struct Kept;

impl Outlet for Kept {
    fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        PUBLISHED.with_borrow_mut(|published| published.push(message));
        Box::pin(std::future::ready(Ok(())))
    }

    fn emit(&self, _: CloudEvent) -> BoxFuture<'static, Result<(), PublishError>> {
        panic!("no function here emits")
    }

    fn is_bound(&self, queue: &str) -> bool {
        queue == "dead"
    }
}

#[track_caller]
fn application(functions: &[&'static Function]) -> Application {
    selected(functions, Selection::all())
}

#[track_caller]
fn selected(functions: &[&'static Function], selection: Selection) -> Application {
    built(functions, selection, &ManualClock::new())
}

/// With this file of configuration.
#[track_caller]
fn configured(functions: &[&'static Function], toml: &str) -> Application {
    let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
    let clock = ManualClock::new();
    made(functions, Selection::all(), &clock, configuration)
}

#[track_caller]
fn built(
    functions: &[&'static Function],
    selection: Selection,
    clock: &ManualClock,
) -> Application {
    made(functions, selection, clock, Configuration::empty())
}

#[track_caller]
fn made(
    functions: &[&'static Function],
    selection: Selection,
    clock: &ManualClock,
    configuration: Configuration,
) -> Application {
    let clock = Arc::new(clock.clone());
    let building = Application::build(Blueprint {
        selection,
        platform: "aws-lambda",
        services: Services::new(Arc::new(Kept), "aws-lambda"),
        ..kit::blueprint(functions.to_vec(), configuration, clock)
    });
    building.now_or_never().expect("nothing waits").unwrap()
}

/// The channel and the document of the answer.
#[track_caller]
fn exchanged(application: &Application, event: impl Into<Bytes>) -> (Verdict, Value) {
    let mut out = Vec::new();
    let (facts, mode) = (Facts::default(), ResponseMode::Buffer);
    let verdict = exchange(application, facts, event.into(), mode, &mut out);
    let verdict = verdict.now_or_never().expect("no handler here waits");
    (verdict, serde_json::from_slice(&out).unwrap())
}

#[track_caller]
fn answered(application: &Application, event: &Value) -> Value {
    let (verdict, answer) = exchanged(application, event.to_string());
    assert!(matches!(verdict, Verdict::Response), "{answer}");
    answer
}

/// The type of the error, and its message.
#[track_caller]
fn refused(application: &Application, event: &Value) -> (String, String) {
    let (verdict, answer) = exchanged(application, event.to_string());
    match verdict {
        Verdict::Error { kind, .. } => {
            if kind.starts_with("Runtime.") {
                assert_eq!(answer["errorType"], *kind);
            }
            let message = answer["errorMessage"].as_str().unwrap();
            (kind.into_owned(), message.to_owned())
        }
        Verdict::Response | Verdict::Stream { .. } => panic!("no error: {answer}"),
    }
}

fn recorded(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/aws/");
    serde_json::from_slice(&std::fs::read(format!("{folder}{name}")).unwrap()).unwrap()
}

/// The ids that an answer tells, a partition and an offset as one text.
#[track_caller]
fn failures(answer: &Value) -> Vec<String> {
    let list = answer["batchItemFailures"].as_array().unwrap();
    let ids = list.iter().map(|item| match &item["itemIdentifier"] {
        Value::String(id) => id.clone(),
        id => format!("{}@{}", id["partition"].as_str().unwrap(), id["offset"]),
    });
    ids.collect()
}

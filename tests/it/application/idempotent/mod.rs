//! Functions that do nothing twice: what is answered the second time, and what is told where it cannot be promised. What makes
//! two invocations the same is in `keys`, crashes are in `leases`, many that begin the same work at once in `interleavings`.

mod interleavings;
mod keys;
mod leases;

use std::time::Duration;

use faas::testing::{App, TestApp, delivery};
use faas::{Delivery, Failure, FailureKind};
use futures_util::future::join_all;

use super::{Gate, Journal};

mod functions {
    use std::time::Duration;

    use faas::{Error, Event, Json, Message, ObjectEvent, Raw, State, Tick};
    use serde::{Deserialize, Serialize};

    use super::super::{Gate, Journal};

    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    pub(super) struct Order {
        pub(super) id: u32,
        pub(super) customer: String,
        #[serde(default)]
        pub(super) does: String,
    }

    async fn act(order: &Order, journal: &Journal, gate: &Gate) -> Result<(), Error> {
        journal.note(format!("{} of {}", order.id, order.customer));
        match &*order.does {
            "retry" => Err(Error::retry("the bank is down")),
            "later" => Err(Error::retry_after(
                Duration::from_secs(7),
                "the bank is busy",
            )),
            "reject" => Err(Error::reject("not with us")),
            "panic" => panic!("on fire"),
            "wait" => {
                gate.pass().await;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    #[faas::invoke(timeout = "10s", idempotent(key = ["/id", "/customer"], ttl = "1h"))]
    pub(super) async fn charge(
        Json(order): Json<Order>,
        journal: State<Journal>,
        gate: State<Gate>,
    ) -> Result<Json<String>, Error> {
        act(&order, &journal, &gate).await?;
        let number = journal.read().len();
        Ok(Json(format!("receipt {number}")))
    }

    #[faas::invoke(timeout = "10s", idempotent(key = "/id", after_crash = hold))]
    pub(super) async fn transfer(
        Json(order): Json<Order>,
        journal: State<Journal>,
        gate: State<Gate>,
    ) -> Result<(), Error> {
        act(&order, &journal, &gate).await
    }

    #[faas::invoke(idempotent(key = "/id"))]
    pub(super) async fn encode(
        Json(order): Json<Order>,
        journal: State<Journal>,
        gate: State<Gate>,
    ) -> Result<(), Error> {
        act(&order, &journal, &gate).await
    }

    #[faas::queue("orders", idempotent, concurrency = 10, retry(max = 3, delay = "1s"))]
    pub(super) async fn on_order(
        Message(order): Message<Order>,
        journal: State<Journal>,
        gate: State<Gate>,
    ) -> Result<(), Error> {
        act(&order, &journal, &gate).await
    }

    #[faas::queue("raw", idempotent)]
    pub(super) fn on_raw(_: Message<Raw>, journal: State<Journal>) {
        journal.note("raw");
    }

    #[faas::timer(every = "1h", idempotent)]
    pub(super) async fn nightly(tick: Tick, journal: State<Journal>) {
        journal.note(&*tick.timer);
    }

    #[faas::object("uploads", idempotent)]
    pub(super) async fn on_upload(object: ObjectEvent, journal: State<Journal>) {
        journal.note(object.key);
    }

    #[faas::event("com.example.asked", idempotent)]
    pub(super) async fn answer(event: Event<String>, journal: State<Journal>) -> Event<String> {
        journal.note("asked");
        Event::new("com.example.answered", event.data.repeat(2)).with_subject("b")
    }

    #[faas::invoke(idempotent(key = "/0"))]
    pub(super) async fn large(Json([bytes]): Json<[usize; 1]>, journal: State<Journal>) -> String {
        journal.note("large");
        "x".repeat(bytes)
    }
}

use functions::Order;

fn app() -> App {
    super::app(module_path!(), "functions")
        .given(Journal::default())
        .given(Gate::default())
}

fn order(id: u32, does: &str) -> Order {
    Order {
        id,
        customer: "ada".to_owned(),
        does: does.to_owned(),
    }
}

fn journal(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

async fn charge(app: &TestApp, order: Order) -> Result<String, Failure> {
    app.call(functions::charge, order).await
}

#[track_caller]
fn failed<T: std::fmt::Debug>(outcome: Result<T, Failure>, kind: FailureKind, part: &str) {
    let failure = outcome.unwrap_err();
    assert_eq!(failure.kind, kind, "{}", failure.message);
    assert!(failure.message.contains(part), "{}", failure.message);
}

/// A message with a key of its sender's.
fn sent(key: &str, order: &Order) -> Delivery {
    Delivery {
        idempotency_key: Some(key.into()),
        attempt: Some(1),
        ..delivery(order)
    }
}

#[tokio::test]
async fn a_second_time_is_answered_like_the_first() {
    let app = app().start().await;
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 1");
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 1");
    // what the pointers do not point at may differ
    assert_eq!(charge(&app, order(7, "panic")).await.unwrap(), "receipt 1");
    assert_eq!(charge(&app, order(8, "")).await.unwrap(), "receipt 2");
    let other = Order {
        customer: "bob".to_owned(),
        ..order(7, "")
    };
    assert_eq!(charge(&app, other).await.unwrap(), "receipt 3");
    assert_eq!(journal(&app), ["7 of ada", "8 of ada", "7 of bob"]);
}

#[tokio::test]
async fn what_is_remembered_is_forgotten_after_its_time() {
    let app = app().start().await;
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 1");
    app.clock().advance(Duration::from_secs(3599));
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 1");
    app.clock().advance(Duration::from_secs(1));
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 2");
}

#[tokio::test]
async fn what_has_failed_is_tried_again() {
    let app = app().start().await;
    failed(
        charge(&app, order(7, "retry")).await,
        FailureKind::Retry,
        "the bank is down",
    );
    let later = FailureKind::RetryAfter(Duration::from_secs(7));
    failed(
        charge(&app, order(7, "later")).await,
        later,
        "the bank is busy",
    );
    failed(
        charge(&app, order(7, "reject")).await,
        FailureKind::Reject,
        "not with us",
    );
    failed(
        charge(&app, order(7, "panic")).await,
        FailureKind::Panic,
        "on fire",
    );
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 5");
    assert_eq!(charge(&app, order(7, "retry")).await.unwrap(), "receipt 5");
}

#[tokio::test]
async fn two_at_once_are_one() {
    let app = app().start().await;
    let gate = app.resource::<Gate>().unwrap();
    let first = charge(&app, order(7, "wait"));
    let second = async {
        gate.entered().await;
        let second = charge(&app, order(7, "")).await;
        failed(
            second,
            FailureKind::Overload,
            "`[7,\"ada\"]` is being done already, until 2026-01-01T00:00:10",
        );
        gate.open();
    };
    let (first, ()) = tokio::join!(first, second);
    assert_eq!(first.unwrap(), "receipt 1");
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 1");
    assert_eq!(journal(&app).len(), 1);
}

#[tokio::test]
async fn an_event_that_was_answered_is_answered_by_the_same_event() {
    let app = app().start().await;
    let asked = || {
        faas::Event::new("com.example.asked", "ho".to_owned())
            .with_id("1")
            .with_source("/test")
    };
    let first = app.emit(functions::answer, asked()).await.outcome.unwrap();
    app.clock().advance(Duration::from_secs(5));
    let second = app.emit(functions::answer, asked()).await.outcome.unwrap();
    assert_eq!(first, second);
    assert_eq!(first.event.unwrap().data.unwrap(), "\"hoho\"");
    assert_eq!(journal(&app), ["asked"]);
}

#[tokio::test]
async fn a_reply_that_cannot_be_kept_is_told_of() {
    let app = app().start().await;
    let bytes = 2 * 1024 * 1024;
    assert_eq!(
        app.call(functions::large, [bytes]).await.unwrap().len(),
        bytes
    );
    failed(
        app.call(functions::large, [bytes]).await,
        FailureKind::Reject,
        "its reply was not kept: it had 2097152 bytes",
    );
    assert_eq!(
        app.call(functions::large, [1000]).await.unwrap().len(),
        1000
    );
    assert_eq!(
        app.call(functions::large, [1000]).await.unwrap().len(),
        1000
    );
    assert_eq!(journal(&app).len(), 2);
}

#[tokio::test]
async fn without_a_store_nothing_is_done() {
    let app = app().unbound().start().await;
    let hint = "nobody knows whether this was done before: the key-value store is not bound on `testing`: set `kv.url`";
    failed(charge(&app, order(7, "")).await, FailureKind::Retry, hint);
    assert!(journal(&app).is_empty());
}

#[tokio::test]
async fn many_at_once_are_one() {
    let app = app().start().await;
    let all = join_all((0..50).map(|_| charge(&app, order(7, "")))).await;
    assert!(all.into_iter().all(|one| one.unwrap() == "receipt 1"));
}

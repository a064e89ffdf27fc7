//! Functions that do nothing twice: duplicates, crashes, leases, and what is told where it cannot be promised. What happens when
//! many begin the same work at once is in `interleavings`.

mod interleavings;

use std::sync::Arc;
use std::time::Duration;

use faas::testing::{App, Settlement, TestApp, delivery};
use faas::{Delivery, Failure, FailureKind};
use faas_runtime_shim::clock::ManualClock;
use faas_runtime_shim::services::MemoryKv;
use futures_util::FutureExt;
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

/// Begins the work and drops it half-way, as a process does that is killed.
fn crash<T>(work: impl Future<Output = T>) {
    assert!(work.now_or_never().is_none());
}

#[tokio::test]
async fn after_a_crash_the_lease_is_waited_for_and_the_work_done_again() {
    let app = app().start().await;
    crash(charge(&app, order(7, "wait")));
    failed(
        charge(&app, order(7, "")).await,
        FailureKind::Overload,
        "being done already",
    );
    app.clock().advance(Duration::from_millis(9_999));
    failed(
        charge(&app, order(7, "")).await,
        FailureKind::Overload,
        "being done already",
    );
    app.clock().advance(Duration::from_millis(1));
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 2");
    let logs = app.logs().join("\n");
    assert!(
        logs.contains("was begun at 2026-01-01T00:00:00Z and never ended: it is done again"),
        "{logs}"
    );
}

#[tokio::test]
async fn after_a_crash_the_work_is_held() {
    let app = app().start().await;
    crash(app.call(functions::transfer, order(7, "wait")));
    app.clock().advance(Duration::from_secs(10));
    for _ in 0..2 {
        let held = app.call(functions::transfer, order(7, "")).await;
        failed(
            held,
            FailureKind::Reject,
            "`[7]` was begun at 2026-01-01T00:00:00Z and never ended; it is held",
        );
    }
    assert_eq!(journal(&app).len(), 1);
    // a failure is no crash
    failed(
        app.call(functions::transfer, order(8, "retry")).await,
        FailureKind::Retry,
        "the bank",
    );
    app.call(functions::transfer, order(8, "")).await.unwrap();
    // nor is what is remembered for the usual day
    app.clock().advance(Duration::from_secs(86_400));
    app.call(functions::transfer, order(7, "")).await.unwrap();
}

#[tokio::test]
async fn who_is_past_its_deadline_has_lost_the_work() {
    let app = app().start().await;
    let slow = charge(&app, order(7, "wait"));
    let end = async {
        app.resource::<Gate>().unwrap().entered().await;
        app.clock().advance(Duration::from_secs(10));
    };
    let (slow, ()) = tokio::join!(slow, end);
    failed(slow, FailureKind::Deadline, "no answer within 10s");
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 2");
}

#[tokio::test]
async fn without_a_deadline_the_lease_is_kept_up() {
    let app = app().start().await;
    let gate = app.resource::<Gate>().unwrap();
    let long = app.call(functions::encode, order(7, "wait"));
    let others = async {
        gate.entered().await;
        for _ in 0..100 {
            app.clock().advance(Duration::from_secs(20));
            tokio::task::yield_now().await;
            let other = app.call(functions::encode, order(7, "")).await;
            failed(other, FailureKind::Overload, "being done already");
        }
        gate.open();
    };
    let (long, ()) = tokio::join!(long, others);
    long.unwrap();
    app.call(functions::encode, order(7, "")).await.unwrap();
    assert_eq!(journal(&app).len(), 1);
    crash(app.call(functions::encode, order(8, "wait")));
    app.clock().advance(Duration::from_secs(60));
    app.call(functions::encode, order(8, "")).await.unwrap();
}

#[tokio::test]
async fn instances_share_what_is_done() {
    let clock = ManualClock::new();
    let kv = MemoryKv::new(Arc::new(clock.clone()));
    let instance = || app().clock(&clock).kv(kv.clone()).start();
    let (one, other) = (instance().await, instance().await);
    assert_eq!(charge(&one, order(7, "")).await.unwrap(), "receipt 1");
    assert_eq!(charge(&other, order(7, "")).await.unwrap(), "receipt 1");
    assert!(journal(&other).is_empty());
    // each function has keys of its own
    other.call(functions::transfer, order(7, "")).await.unwrap();
    assert_eq!(journal(&other).len(), 1);
}

#[tokio::test]
async fn the_late_one_of_two_changes_nothing() {
    let clock = ManualClock::new();
    let kv = MemoryKv::new(Arc::new(clock.clone()));
    let instance = || app().clock(&clock).kv(kv.clone()).start();
    let (one, other) = (instance().await, instance().await);
    let late = one.call(functions::encode, order(7, "wait"));
    let rest = async {
        one.resource::<Gate>().unwrap().entered().await;
        // as if `one` had been stopped for a while: nobody polls it until the other is done
        clock.advance(Duration::from_secs(60));
        other
            .call(functions::encode, order(7, ""))
            .now_or_never()
            .unwrap()
            .unwrap();
        one.resource::<Gate>().unwrap().open();
    };
    let (late, ()) = tokio::join!(late, rest);
    failed(late, FailureKind::Overload, "being done already");
    other.call(functions::encode, order(7, "")).await.unwrap();
    assert_eq!(journal(&other).len(), 1);
}

#[tokio::test]
async fn a_batch_with_duplicates_in_it() {
    let app = app().start().await;
    let batch: Vec<_> = (0..10).map(|number| number % 4).collect();
    let deliveries = batch
        .iter()
        .map(|number| sent(&format!("order-{number}"), &order(*number, "")));
    let settled = app.deliver(functions::on_order, deliveries.collect()).await;
    assert!(
        settled
            .iter()
            .all(|one| one.settlement == Settlement::Acknowledge)
    );
    assert_eq!(
        journal(&app),
        ["0 of ada", "1 of ada", "2 of ada", "3 of ada"]
    );
}

#[tokio::test]
async fn duplicates_that_are_at_work_come_again_without_an_attempt() {
    let app = app().start().await;
    let gate = app.resource::<Gate>().unwrap();
    let same = || sent("order-7", &order(7, "wait"));
    let batch = app.deliver(functions::on_order, vec![same(), same(), same()]);
    let end = async {
        gate.entered().await;
        gate.open();
    };
    let (settled, ()) = tokio::join!(batch, end);
    let settlements: Vec<_> = settled.iter().map(|one| one.settlement).collect();
    assert_eq!(
        settlements,
        [
            Settlement::Acknowledge,
            Settlement::Return,
            Settlement::Return
        ]
    );
    let again = app.deliver(functions::on_order, vec![same(), same()]).await;
    assert!(
        again
            .iter()
            .all(|one| one.settlement == Settlement::Acknowledge)
    );
    assert_eq!(journal(&app).len(), 1);
}

#[tokio::test]
async fn the_sender_s_key_stands_for_one_payload() {
    let app = app().start().await;
    let deliver = async |key: &str, order: &Order| {
        let mut settled = app
            .deliver(functions::on_order, vec![sent(key, order)])
            .await;
        settled.pop().unwrap()
    };
    deliver("order-7", &order(7, "")).await.outcome.unwrap();
    let settled = deliver("order-7", &order(8, "")).await;
    assert_eq!(settled.settlement, Settlement::DeadLetter);
    failed(
        settled.outcome,
        FailureKind::Reject,
        "`order-7` was used before, with another payload",
    );
    // a key of any length and form does
    for key in ["#", "[", "ä\n", &"x".repeat(2000), &"x".repeat(2001)] {
        deliver(key, &order(9, "")).await.outcome.unwrap();
        deliver(key, &order(9, "")).await.outcome.unwrap();
    }
    assert_eq!(journal(&app).len(), 6);
}

#[tokio::test]
async fn without_a_key_nothing_is_done() {
    let app = app().start().await;
    let settled = app.send(functions::on_order, order(7, "")).await;
    assert_eq!(settled.settlement, Settlement::DeadLetter);
    let hint = "has no idempotency key of its own: let its sender set one, or say by `idempotent(key = \"/…\")`";
    failed(settled.outcome, FailureKind::Reject, hint);
    let nobody = Order {
        customer: String::new(),
        ..order(7, "")
    };
    // an empty text is a text
    assert_eq!(charge(&app, nobody).await.unwrap(), "receipt 1");
    assert_eq!(journal(&app).len(), 1);
}

#[tokio::test]
async fn every_trigger_has_its_key() {
    let app = app().start().await;
    app.tick(functions::nightly).await.outcome.unwrap();
    app.tick(functions::nightly).await.outcome.unwrap();
    app.clock().advance(Duration::from_secs(3600));
    app.tick(functions::nightly).await.outcome.unwrap();
    let upload = |version: Option<&str>| faas::ObjectEvent {
        version: version.map(Into::into),
        ..faas::testing::object("a.txt")
    };
    for _ in 0..2 {
        app.object(functions::on_upload, upload(Some("1")))
            .await
            .outcome
            .unwrap();
    }
    app.object(functions::on_upload, upload(Some("2")))
        .await
        .outcome
        .unwrap();
    failed(
        app.object(functions::on_upload, upload(None)).await.outcome,
        FailureKind::Reject,
        "no idempotency key",
    );
    let raw = |body: &'static [u8]| Delivery {
        idempotency_key: Some("raw".into()),
        body: Some(body.into()),
        ..Delivery::default()
    };
    for _ in 0..2 {
        app.deliver(functions::on_raw, vec![raw(b"\xff")])
            .await
            .pop()
            .unwrap()
            .outcome
            .unwrap();
    }
    assert_eq!(
        journal(&app),
        ["nightly", "nightly", "a.txt", "a.txt", "raw"]
    );
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

//! Queue functions: what a delivery brings, and how each outcome is settled. Order is in `lanes`, whole batches are in
//! `batches`, what nobody takes any more in `dead_letters`.

mod batches;
mod dead_letters;
mod lanes;

use std::time::Duration;

use bytes::Bytes;
use faas::testing::{Settled, Settlement, TestApp, delivery};
use faas::{Delivery, FailureKind};
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Item};
use faas_runtime_shim::settle::Form;

use super::{Journal, app};

mod functions {
    use std::time::Duration;

    use faas::{Context, Delivery, Error, Message, Raw, State, Text};

    use super::super::Journal;

    #[faas::queue(
        "jobs",
        retry(max = 3, delay = "1s", factor = 2, cap = "3s"),
        dead_letter = "jobs-dead",
        timeout = "10s"
    )]
    pub(super) async fn on_job(
        Message(job): Message<String>,
        journal: State<Journal>,
    ) -> Result<(), Error> {
        journal.note(&*job);
        match &*job {
            "retry" => Err(Error::retry("the printer is out of paper")),
            "after" => Err(Error::retry_after(Duration::from_secs(7), "warming up")),
            "reject" => Err(Error::reject("not a job")),
            "panic" => panic!("on fire"),
            "forever" => std::future::pending().await,
            _ => Ok(()),
        }
    }

    #[faas::queue("defaults")]
    pub(super) fn by_default(Message(job): Message<String>) -> Result<(), std::num::ParseIntError> {
        job.parse::<u32>().map(|_| ())
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    pub(super) struct Order {
        pub(super) items: Vec<u32>,
    }

    #[faas::queue("orders")]
    pub(super) async fn on_order(order: Message<Option<Order>>, journal: State<Journal>) {
        journal.note(format!("{:?}", order.0));
    }

    #[faas::queue("frames")]
    pub(super) async fn on_frame(Message(Raw(frame)): Message<Raw>, journal: State<Journal>) {
        journal.note(format!("{frame:?}"));
    }

    #[faas::queue("lines")]
    pub(super) async fn on_line(Message(Text(line)): Message<Text>, journal: State<Journal>) {
        journal.note(line);
    }

    /// The parameters in an order in which the payload is in the middle.
    #[faas::queue("told")]
    pub(super) async fn told(
        before: Delivery,
        Message(text): Message<String>,
        cx: Context,
        after: Delivery,
        journal: State<Journal>,
    ) {
        assert_eq!(before.id, after.id);
        let Delivery { queue, key, .. } = before;
        journal.note(format!("{queue} {key:?} {text}"));
        journal.note(format!(
            "{} {} {:?} {:?}",
            cx.trigger(),
            cx.function(),
            cx.attempt(),
            cx.idempotency_key()
        ));
    }

    #[faas::queue("nothing")]
    pub(super) async fn takes_nothing() {}
}

use functions::{by_default, on_frame, on_job, on_line, on_order, takes_nothing, told};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

fn notes(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

fn settlements(settled: &[Settled]) -> Vec<Settlement> {
    settled.iter().map(|settled| settled.settlement).collect()
}

fn kinds(settled: &[Settled]) -> Vec<Option<FailureKind>> {
    let kind = |settled: &Settled| settled.outcome.as_ref().err().map(|failure| failure.kind);
    settled.iter().map(kind).collect()
}

const fn after(seconds: u64) -> Settlement {
    Settlement::Redeliver {
        after: Duration::from_secs(seconds),
    }
}

/// Deliveries as a platform pushes them to a queue.
async fn pushed(app: &TestApp, queue: &str, deliveries: Vec<Delivery>, form: Form) -> Vec<Settled> {
    let arrivals = deliveries.into_iter().map(|delivery| Arrival {
        address: Address::Queue(Some(queue.into())),
        item: Item::from(delivery),
    });
    app.application()
        .deliver(Facts::default(), arrivals.collect(), form)
        .await
}

#[tokio::test]
async fn each_outcome_is_settled_as_the_attempt_and_the_policy_say() {
    let app = started().await;
    let cases = [
        ("fine", None, Settlement::Acknowledge),
        ("retry", None, after(1)),
        ("retry", Some(1), after(1)),
        ("retry", Some(2), after(2)),
        ("retry", Some(3), Settlement::DeadLetter),
        ("retry", Some(9), Settlement::DeadLetter),
        ("after", Some(1), after(7)),
        ("after", Some(3), Settlement::DeadLetter),
        ("reject", Some(1), Settlement::DeadLetter),
        ("panic", Some(1), after(1)),
        ("panic", Some(3), Settlement::DeadLetter),
    ];
    for (job, attempt, expected) in cases {
        let sent = Delivery {
            attempt,
            ..delivery(&job)
        };
        let settled = app.deliver(on_job, vec![sent]).await;
        assert_eq!(settlements(&settled), [expected], "{job} {attempt:?}");
    }
    assert!(
        app.published().is_empty(),
        "dead letters of its own are the host's matter"
    );
}

#[tokio::test]
async fn a_failure_tells_its_kind_and_its_message() {
    let app = started().await;
    let cases = [
        ("retry", FailureKind::Retry, "the printer is out of paper"),
        (
            "after",
            FailureKind::RetryAfter(Duration::from_secs(7)),
            "warming up",
        ),
        ("reject", FailureKind::Reject, "not a job"),
        ("panic", FailureKind::Panic, "on fire"),
    ];
    for (job, kind, message) in cases {
        let failure = app.send(on_job, job.to_owned()).await.outcome.unwrap_err();
        assert_eq!((failure.kind, &*failure.message), (kind, message));
    }
    let failure = app.send(by_default, "x".to_owned()).await;
    assert_eq!(failure.settlement, after(1));
    assert_eq!(failure.outcome.unwrap_err().name, "ParseIntError");
    let fine = app.send(by_default, "7".to_owned()).await;
    assert_eq!(fine.settlement, Settlement::Acknowledge);
}

#[tokio::test]
async fn a_passed_deadline_is_an_attempt() {
    let app = started().await;
    let late = async {
        while app.clock().sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        app.clock().advance(Duration::from_secs(10));
    };
    let (settled, ()) = tokio::join!(app.send(on_job, "forever".to_owned()), late);
    assert_eq!(settled.settlement, after(1));
    assert_eq!(settled.outcome.unwrap_err().kind, FailureKind::Deadline);
}

#[tokio::test]
async fn deliveries_of_a_batch_fail_by_themselves() {
    let app = started().await;
    let jobs = ["one", "panic", "two", "reject", "retry", "three"];
    let settled = app
        .deliver(on_job, jobs.iter().map(delivery).collect())
        .await;
    assert_eq!(
        settlements(&settled),
        [
            Settlement::Acknowledge,
            after(1),
            Settlement::Acknowledge,
            Settlement::DeadLetter,
            after(1),
            Settlement::Acknowledge
        ]
    );
    assert_eq!(notes(&app), jobs, "one after the other, none left out");
}

#[tokio::test]
async fn whoever_pushes_is_told_what_failed() {
    let app = started().await;
    for form in [Form::PartialBatches, Form::WholeBatches, Form::Acknowledged] {
        let jobs = ["fine", "retry", "panic", "fine"];
        let settled = pushed(&app, "defaults", jobs.iter().map(delivery).collect(), form).await;
        let failed = Settlement::Fail;
        assert_eq!(
            settlements(&settled),
            [failed, failed, failed, failed],
            "{form:?}"
        );
        let settled = pushed(&app, "defaults", vec![delivery("7"), delivery("x")], form).await;
        assert_eq!(
            settlements(&settled),
            [Settlement::Acknowledge, Settlement::Fail],
            "{form:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_decoded_is_rejected_and_the_handler_not_called() {
    let app = started().await;
    let bad = |body: &'static str| Delivery {
        id: "17".into(),
        body: Some(Bytes::from_static(body.as_bytes())),
        ..Delivery::default()
    };
    let sent = vec![
        bad(r#"{"items":[1,"2"]}"#),
        bad("{"),
        bad(r#"{"items":[3]}"#),
    ];
    let settled = app.deliver(on_order, sent).await;
    assert_eq!(
        settlements(&settled),
        [
            Settlement::DeadLetter,
            Settlement::DeadLetter,
            Settlement::Acknowledge
        ]
    );
    let failure = settled[0].outcome.as_ref().unwrap_err();
    assert_eq!(
        (failure.kind, &*failure.name),
        (FailureKind::Reject, "InvalidPayload")
    );
    assert!(
        failure.message.starts_with("delivery `17` of `orders`: ")
            && failure.message.contains("at `items[1]`"),
        "{}",
        failure.message
    );
    assert_eq!(notes(&app), ["Some(Order { items: [3] })"]);
}

#[tokio::test]
async fn a_body_is_read_in_the_form_of_its_type() {
    let app = started().await;
    let bytes = |body: Option<&'static [u8]>| Delivery {
        body: body.map(Bytes::from_static),
        media_type: Some("application/json".into()),
        ..Delivery::default()
    };
    app.deliver(
        on_frame,
        vec![bytes(Some(b"\xff")), bytes(Some(b"\"a\"")), bytes(None)],
    )
    .await;
    app.deliver(on_line, vec![bytes(Some(b"\"a\"")), bytes(None)])
        .await;
    let settled = app
        .deliver(on_line, vec![bytes(Some(b"\xff"))])
        .await
        .remove(0);
    assert_eq!(settled.settlement, Settlement::DeadLetter);
    assert_eq!(
        notes(&app),
        [r#"b"\xff""#, r#"b"\"a\"""#, r#"b"""#, r#""a""#, ""]
    );
}

#[tokio::test]
async fn a_tombstone_is_an_absent_value() {
    let app = started().await;
    let settled = app.deliver(on_order, vec![Delivery::default()]).await;
    assert_eq!(settlements(&settled), [Settlement::Acknowledge]);
    assert_eq!(notes(&app), ["None"]);
    // where a value is needed, it is refused like any other body of another shape
    let settled = app.deliver(on_job, vec![Delivery::default()]).await;
    let failure = settled[0].outcome.as_ref().unwrap_err();
    assert!(
        failure.message.contains("there is no data"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn parameters_stand_in_any_order_and_tell_of_the_same_delivery() {
    let app = started().await;
    let sent = Delivery {
        key: Some("eu".into()),
        attempt: Some(2),
        idempotency_key: Some("order-7".into()),
        ..delivery("hello")
    };
    let settled = app.deliver(told, vec![sent]).await;
    assert_eq!(settlements(&settled), [Settlement::Acknowledge]);
    assert_eq!(
        notes(&app),
        [
            r#"told Some(b"eu") hello"#,
            r#"queue told Some(2) Some("order-7")"#
        ]
    );
    assert!(app.send(takes_nothing, ()).await.outcome.is_ok());
}

#[tokio::test]
async fn a_queue_is_found_by_its_physical_name() {
    let bound = |key: &str, value: &str| {
        let app = app(module_path!(), "functions").given(Journal::default());
        app.set(key, value)
    };
    let cases = [
        (
            "queues.told.url",
            "https://sqs.eu-west-1.amazonaws.com/1234/told-prod",
            "told-prod",
        ),
        (
            "queues.told.url",
            "arn:aws:sqs:eu-west-1:1234:told-prod.fifo",
            "told-prod.fifo",
        ),
        ("queues.told.name", "spoken", "spoken"),
        ("queues.told.name", "spoken", "spoken.fifo"),
        ("queues.jobs.name", "spoken", "told"),
    ];
    for (key, value, queue) in cases {
        let app = bound(key, value).start().await;
        let settled = pushed(&app, queue, vec![delivery("hello")], Form::PartialBatches).await;
        assert_eq!(
            settlements(&settled),
            [Settlement::Acknowledge],
            "{key} {queue}"
        );
        assert!(notes(&app)[1].starts_with("queue told "), "{key} {queue}");
    }
}

#[tokio::test]
async fn what_no_function_takes_is_loud() {
    let app = started().await;
    let cases = [
        (Form::Pulled, Settlement::Return),
        (Form::PartialBatches, Settlement::Fail),
        (Form::WholeBatches, Settlement::Fail),
        (Form::Acknowledged, Settlement::Fail),
    ];
    for (form, settlement) in cases {
        let settled = pushed(&app, "nobodys", vec![delivery("hello")], form).await;
        assert_eq!(settlements(&settled), [settlement], "{form:?}");
        let failure = settled[0].outcome.as_ref().unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unroutable);
        assert!(settled[0].function.is_none());
        for part in [
            "the queue `nobodys`",
            "queues.NAME.name",
            "on_job (queue `jobs`)",
        ] {
            assert!(failure.message.contains(part), "{}", failure.message);
        }
    }
}

#[tokio::test]
async fn a_queue_without_a_name_goes_to_the_only_function() {
    let app = started().await;
    let nameless = |app: &TestApp| {
        let arrival = Arrival {
            address: Address::Queue(None),
            item: Item::from(delivery("hello")),
        };
        let application = app.application().clone();
        async move {
            let settled = application.deliver(Facts::default(), vec![arrival], Form::Pulled);
            settled.await.remove(0)
        }
    };
    let failure = nameless(&app).await.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    assert!(failure.message.contains("FAAS_FUNCTION"), "{failure:?}");
    let one = super::app(module_path!(), "functions").given(Journal::default());
    let one = one.select("told").start().await;
    assert!(nameless(&one).await.outcome.is_ok());
}

#[tokio::test]
#[should_panic(expected = "is not annotated with #[faas::queue], or not selected")]
async fn a_function_that_is_not_selected_fails_the_test() {
    let app = app(module_path!(), "functions").given(Journal::default());
    let app = app.select("told").start().await;
    app.send(on_job, "fine".to_owned()).await;
}

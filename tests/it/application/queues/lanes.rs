//! Order and concurrency: what runs beside what, and what stops behind a failure.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use faas::testing::{Settlement, TestApp, delivery};
use faas::{Delivery, FailureKind};
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Item};
use faas_runtime_shim::settle::Form;

use super::super::{Gate, Journal, app};
use super::{after, kinds, notes, settlements};

mod functions {
    use std::sync::Arc;

    use faas::{Error, Message, State};

    use super::super::super::{Gate, Journal};

    fn outcome(job: &str) -> Result<(), Error> {
        match job.split('!').nth(1) {
            Some("retry") => Err(Error::retry("not now")),
            Some("reject") => Err(Error::reject("not at all")),
            _ => Ok(()),
        }
    }

    #[faas::queue("ordered", ordered, concurrency = 2)]
    pub(super) async fn in_order(
        Message(job): Message<String>,
        journal: State<Journal>,
        gate: State<Arc<Gate>>,
    ) -> Result<(), Error> {
        journal.note(&*job);
        if job.ends_with("!wait") {
            gate.pass().await;
        }
        outcome(&job)
    }

    #[faas::queue("loose")]
    pub(super) async fn in_any_order(
        Message(job): Message<String>,
        journal: State<Journal>,
    ) -> Result<(), Error> {
        journal.note(&*job);
        outcome(&job)
    }

    #[faas::queue("wide", concurrency = 3)]
    pub(super) async fn three_at_once(_: Message<u32>, gate: State<Arc<Gate>>) {
        gate.pass().await;
    }

    #[faas::queue("narrow")]
    pub(super) async fn one_at_a_time(_: Message<u32>, gate: State<Arc<Gate>>) {
        gate.pass().await;
    }

    #[faas::queue("slow", timeout = "1h")]
    pub(super) async fn slow(Message(job): Message<String>, journal: State<Journal>) {
        journal.note(&*job);
        if job == "forever" {
            std::future::pending().await
        }
    }
}

use functions::{in_any_order, in_order, one_at_a_time, three_at_once};

async fn started() -> (TestApp, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let app = app(module_path!(), "functions")
        .given(Journal::default())
        .given(Arc::clone(&gate));
    (app.start().await, gate)
}

/// Jobs such as `a1`, of which the first letter is the key.
fn keyed(jobs: &[&str]) -> Vec<Delivery> {
    let keyed = |job: &&str| Delivery {
        key: Some(job[..1].to_owned().into()),
        ..delivery(job)
    };
    jobs.iter().map(keyed).collect()
}

/// Lets a future make one step.
async fn poll<F: Future>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test]
async fn nothing_behind_a_failure_of_its_key_is_tried() {
    let (app, _) = started().await;
    let jobs = ["a1", "a2!retry", "b1", "a3", "b2", "a4"];
    let settled = app.deliver(in_order, keyed(&jobs)).await;
    let (done, back) = (Settlement::Acknowledge, Settlement::Return);
    assert_eq!(
        settlements(&settled),
        [done, after(1), done, back, done, back]
    );
    let untried = Some(FailureKind::NotAttempted);
    let retry = Some(FailureKind::Retry);
    assert_eq!(kinds(&settled), [None, retry, None, untried, None, untried]);
    let mut noted = notes(&app);
    noted.sort();
    assert_eq!(noted, ["a1", "a2!retry", "b1", "b2"]);
}

#[tokio::test]
async fn a_rejected_delivery_lets_those_behind_it_pass() {
    let (app, _) = started().await;
    let settled = app
        .deliver(in_order, keyed(&["a1!reject", "a2", "a3"]))
        .await;
    let (done, dead) = (Settlement::Acknowledge, Settlement::DeadLetter);
    assert_eq!(settlements(&settled), [dead, done, done]);
    assert_eq!(notes(&app), ["a1!reject", "a2", "a3"]);
}

#[tokio::test]
async fn without_an_order_keys_do_not_matter() {
    let (app, _) = started().await;
    let settled = app
        .deliver(in_any_order, keyed(&["a1!retry", "a2", "a3!retry", "a4"]))
        .await;
    let done = Settlement::Acknowledge;
    assert_eq!(settlements(&settled), [after(1), done, after(1), done]);
    assert_eq!(notes(&app), ["a1!retry", "a2", "a3!retry", "a4"]);
}

#[tokio::test]
async fn lanes_run_beside_each_other() {
    let (app, gate) = started().await;
    let jobs = ["a1!wait", "a2", "b1", "b2", "c1"];
    let mut all = pin!(app.deliver(in_order, keyed(&jobs)));
    while notes(&app).len() < 4 {
        assert!(poll(&mut all).await.is_pending());
    }
    // the second of the two places serves the other lanes one after the other
    assert_eq!(notes(&app), ["a1!wait", "b1", "b2", "c1"]);
    gate.open();
    let settled = all.await;
    assert_eq!(settlements(&settled), [Settlement::Acknowledge; 5]);
    assert_eq!(notes(&app)[4], "a2");
}

#[tokio::test]
async fn as_many_run_at_once_as_the_function_allows() {
    let (app, gate) = started().await;
    let sent = (0..5).map(|number| delivery(&number)).collect();
    let mut all = pin!(app.deliver(three_at_once, sent));
    assert!(poll(&mut all).await.is_pending());
    assert_eq!(gate.entered.available_permits(), 3);
    gate.open();
    while gate.entered.available_permits() < 4 {
        assert!(poll(&mut all).await.is_pending());
    }
    assert_eq!(gate.entered.available_permits(), 4, "one out, one in");
    (0..4).for_each(|_| gate.open());
    assert_eq!(settlements(&all.await), [Settlement::Acknowledge; 5]);
}

#[tokio::test]
async fn one_runs_after_the_other_by_default() {
    let (app, gate) = started().await;
    let sent = (0..3).map(|number| delivery(&number)).collect();
    let mut all = pin!(app.deliver(one_at_a_time, sent));
    for served in 1..=3 {
        assert!(poll(&mut all).await.is_pending());
        assert_eq!(gate.entered.available_permits(), served);
        gate.open();
    }
    assert_eq!(settlements(&all.await), [Settlement::Acknowledge; 3]);
}

#[tokio::test]
async fn nothing_is_begun_once_the_time_of_the_batch_is_over() {
    let (app, _) = started().await;
    let application = app.application();
    let cases = [
        (Form::Pulled, after(1), Settlement::Return),
        (Form::PartialBatches, Settlement::Fail, Settlement::Fail),
        (Form::WholeBatches, Settlement::Fail, Settlement::Fail),
    ];
    for (form, late, untried) in cases {
        let facts = Facts {
            deadline: Some(application.clock().now().after(Duration::from_secs(5))),
            ..Facts::default()
        };
        let arrivals = ["first", "forever", "third"].map(|job| Arrival {
            address: Address::Queue(Some("slow".into())),
            item: Item::from(delivery(job)),
        });
        let mut all = pin!(application.deliver(facts, arrivals.into(), form));
        assert!(poll(&mut all).await.is_pending());
        app.clock().advance(Duration::from_secs(5));
        let settled = all.await;
        assert_eq!(
            settlements(&settled),
            [Settlement::Acknowledge, late, untried],
            "{form:?}"
        );
        assert_eq!(
            kinds(&settled),
            [
                None,
                Some(FailureKind::Deadline),
                Some(FailureKind::NotAttempted)
            ]
        );
    }
    assert_eq!(notes(&app), ["first", "forever"].repeat(3));
}

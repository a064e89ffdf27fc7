//! Functions that take a batch as a whole: what they report holds, the rest takes the outcome of the call.

use std::time::Duration;

use faas::testing::{Settlement, TestApp, delivery};
use faas::{Delivery, FailureKind};

use super::super::{Journal, app};
use super::{after, kinds, notes, settlements};

mod functions {
    use std::time::Duration;

    use faas::{Batch, Delivery, Error, Message, State};

    use super::super::super::Journal;

    /// Does to each item what its text says, and at the end what the last one says.
    #[faas::queue("bulk", retry(max = 3), timeout = "10s")]
    pub(super) async fn bulk(batch: Batch<String>, journal: State<Journal>) -> Result<(), Error> {
        journal.note(format!("{} items", batch.len()));
        for item in batch {
            match &*item.value {
                "done" => item.done(),
                "retry" => item.fail(Error::retry("not now")),
                "after" => item.fail(Error::retry_after(Duration::from_secs(7), "later")),
                "reject" => item.fail(Error::reject("not at all")),
                "twice" => {
                    item.done();
                    item.fail(Error::reject("too late to say so"));
                }
                "moved" => {
                    drop(item.value);
                    item.report.done();
                }
                "error" => return Err(Error::retry_after(Duration::from_secs(9), "the rest")),
                "panic" => panic!("half-way"),
                "forever" => std::future::pending().await,
                _ => {}
            }
        }
        Ok(())
    }

    #[faas::queue("threes", batch = 3)]
    pub(super) async fn in_threes(batch: Batch<u32>, journal: State<Journal>) {
        let values: Vec<_> = batch.iter().map(|item| item.value).collect();
        journal.note(format!("{values:?}"));
    }

    #[faas::queue("ordered", ordered)]
    pub(super) async fn in_order(batch: Batch<String>) {
        for item in &batch {
            let key = item.delivery().key.as_deref().unwrap_or_default();
            match item.value.as_str() {
                "retry" => item.fail(Error::retry(String::from_utf8_lossy(key).into_owned())),
                _ => item.done(),
            }
        }
    }

    #[faas::queue("confused")]
    pub(super) async fn confused(_: Batch<u32>, _: Delivery) {}

    #[faas::queue("alone")]
    pub(super) async fn alone(_: Message<u32>) {}
}

use functions::{alone, bulk, confused, in_order, in_threes};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

fn all(jobs: &[&str]) -> Vec<Delivery> {
    jobs.iter().map(delivery).collect()
}

const DONE: Settlement = Settlement::Acknowledge;
const DEAD: Settlement = Settlement::DeadLetter;

#[tokio::test]
async fn each_report_is_settled_by_itself() {
    let app = started().await;
    let jobs = [
        "done", "retry", "after", "reject", "twice", "moved", "silent",
    ];
    let settled = app.deliver(bulk, all(&jobs)).await;
    assert_eq!(
        settlements(&settled),
        [DONE, after(1), after(7), DEAD, DONE, DONE, DONE]
    );
    assert_eq!(notes(&app), ["7 items"], "one call for all");
}

#[tokio::test]
async fn what_is_not_reported_takes_the_outcome_of_the_call() {
    let app = started().await;
    let settled = app
        .deliver(bulk, all(&["silent", "done", "reject", "error", "done"]))
        .await;
    assert_eq!(
        settlements(&settled),
        [after(9), DONE, DEAD, after(9), after(9)]
    );
}

#[tokio::test]
async fn reports_outlive_a_panic() {
    let app = started().await;
    let settled = app
        .deliver(bulk, all(&["done", "reject", "panic", "done"]))
        .await;
    assert_eq!(settlements(&settled), [DONE, DEAD, after(1), after(1)]);
    assert_eq!(
        kinds(&settled),
        [
            None,
            Some(FailureKind::Reject),
            Some(FailureKind::Panic),
            Some(FailureKind::Panic)
        ]
    );
}

#[tokio::test]
async fn reports_outlive_a_passed_deadline() {
    let app = started().await;
    let late = async {
        while app.clock().sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        app.clock().advance(Duration::from_secs(10));
    };
    let (settled, ()) = tokio::join!(app.deliver(bulk, all(&["done", "forever", "done"])), late);
    assert_eq!(settlements(&settled), [DONE, after(1), after(1)]);
    assert_eq!(kinds(&settled)[2], Some(FailureKind::Deadline));
}

#[tokio::test]
async fn what_cannot_be_decoded_is_rejected_and_not_shown() {
    let app = started().await;
    let mut sent = all(&["done", "done"]);
    sent.insert(1, delivery(&17));
    let settled = app.deliver(bulk, sent).await;
    assert_eq!(settlements(&settled), [DONE, DEAD, DONE]);
    let failure = settled[1].outcome.as_ref().unwrap_err();
    assert_eq!(
        (failure.kind, &*failure.name),
        (FailureKind::Reject, "InvalidPayload")
    );
    let settled = app.deliver(bulk, vec![delivery(&17)]).await;
    assert_eq!(settlements(&settled), [DEAD]);
    assert_eq!(notes(&app), ["2 items", "0 items"]);
}

#[tokio::test]
async fn a_call_gets_no_more_than_the_function_asks_for() {
    let app = started().await;
    let sent = (0..7).map(|number| delivery(&number)).collect();
    let settled = app.deliver(in_threes, sent).await;
    assert_eq!(settlements(&settled), [DONE; 7]);
    assert_eq!(notes(&app), ["[0, 1, 2]", "[3, 4, 5]", "[6]"]);
}

#[tokio::test]
async fn each_delivery_counts_its_own_attempts() {
    let app = started().await;
    let sent = [Some(1), Some(2), Some(3)].map(|attempt| Delivery {
        attempt,
        ..delivery("retry")
    });
    let settled = app.deliver(bulk, sent.into()).await;
    assert_eq!(settlements(&settled), [after(1), after(2), DEAD]);
}

#[tokio::test]
async fn nothing_behind_a_failure_of_its_key_is_settled() {
    let app = started().await;
    let keyed = |key: &'static str, job: &str| Delivery {
        key: Some(key.into()),
        ..delivery(job)
    };
    let sent = vec![
        keyed("a", "fine"),
        keyed("a", "retry"),
        keyed("b", "fine"),
        keyed("a", "fine"),
    ];
    let settled = app.deliver(in_order, sent).await;
    assert_eq!(
        settlements(&settled),
        [DONE, after(1), DONE, Settlement::Return]
    );
    assert_eq!(settled[1].outcome.as_ref().unwrap_err().message, "a");
}

#[tokio::test]
async fn a_batch_has_no_delivery_of_its_own() {
    let app = started().await;
    let settled = app.deliver(confused, vec![delivery(&1)]).await;
    let failure = settled[0].outcome.as_ref().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Retry, "it is the code's fault");
    assert_eq!(
        failure.message,
        "expected a delivery, found nothing: another parameter has taken it"
    );
    assert!(app.send(alone, 1).await.outcome.is_ok());
}

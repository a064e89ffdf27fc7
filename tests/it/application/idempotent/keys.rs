//! What makes two invocations the same: the sender's key, or the function's.

use std::time::Duration;

use faas::testing::Settlement;
use faas::{Delivery, FailureKind};

use super::super::Gate;
use super::functions::Order;
use super::{app, charge, failed, functions, journal, order, sent};

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

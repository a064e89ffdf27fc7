//! The whole service in process.

// ANCHOR: test_app
use faas::testing::{App, Settlement, TestApp, object};
use http::Request;
use serde_json::{Value, json};

use super::*;

async fn app(limit: usize) -> TestApp {
    App::new()
        .set("shop.name", "Test Shop")
        .set("shop.limit", &limit.to_string())
        .set(
            "shop.imports",
            concat!(env!("CARGO_MANIFEST_DIR"), "/imports"),
        )
        .start()
        .await
}

const TWO_PENS: &str = r#"{"item": "pen", "quantity": 2, "price": 150}"#;

fn two_pens(id: &str) -> Order {
    let draft: Draft = serde_json::from_str(TWO_PENS).unwrap();
    draft.order(id).unwrap()
}

fn post_two_pens() -> Request<&'static str> {
    let request = Request::post("/orders").header("content-type", "application/json");
    request.body(TWO_PENS).unwrap()
}

fn get(path: &str) -> Request<&'static str> {
    Request::get(path).body("").unwrap()
}
// ANCHOR_END: test_app

// ANCHOR: test_http
#[tokio::test]
async fn an_unknown_order_is_a_problem_document() {
    let app = app(10).await;
    let unknown = app.http(get("/orders/7")).await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        unknown.text(),
        r#"{"title":"Not Found","status":404,"detail":"there is no order 7"}"#
    );
}
// ANCHOR_END: test_http

// ANCHOR: test_published
#[tokio::test]
async fn an_order_goes_into_the_queue() {
    let app = app(10).await;
    let taken = app.http(post_two_pens()).await;
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
    let published = app.published();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].queue(), Some("orders"));
    assert_eq!(published[0].json::<Value>(), taken.json::<Value>());
}

#[tokio::test]
async fn an_order_that_goes_nowhere_is_none() {
    let app = App::new().unbound().platform("aws-lambda").start().await;
    let refused = app.http(post_two_pens()).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        refused.text().contains("`queues.orders.url`"),
        "{}",
        refused.text()
    );
}
// ANCHOR_END: test_published

// ANCHOR: test_send
#[tokio::test]
async fn an_order_out_of_the_queue_is_kept_once() {
    let app = app(1).await;
    for _ in 0..2 {
        let settled = app.send(on_order, two_pens("7")).await;
        assert_eq!(settled.settlement, Settlement::Acknowledge);
    }
    let shown = app.http(get("/orders/7")).await;
    assert_eq!(shown.json::<Order>().total, 300);
}
// ANCHOR_END: test_send

#[tokio::test]
async fn a_full_shop_takes_the_order_later() {
    let settled = app(0).await.send(on_order, two_pens("7")).await;
    let after = std::time::Duration::from_secs(60);
    assert_eq!(settled.settlement, Settlement::Redeliver { after });
}

#[tokio::test]
async fn the_report_of_the_night_is_in_the_log() {
    let app = app(10).await;
    app.send(on_order, two_pens("7")).await;
    app.tick(nightly_report).await.outcome.unwrap();
    let logs = app.logs();
    let report = logs
        .iter()
        .find(|line| line.contains("the orders of the shop"));
    let report: Value = serde_json::from_str(report.unwrap()).unwrap();
    assert_eq!(
        (&report["count"], &report["cents"]),
        (&json!(1), &json!(300))
    );
}

// ANCHOR: test_task
#[tokio::test]
async fn an_invoice_is_written_later() {
    let app = app(10).await;
    app.send(on_order, two_pens("7")).await;
    let post = || Request::post("/orders/7/invoice").body("").unwrap();
    let asked = app.http(post()).await;
    assert_eq!(asked.status(), StatusCode::ACCEPTED);
    let place = asked.header("location").to_owned();
    assert_eq!(app.http(get(&place)).await.text(), "queued \n");
    assert_eq!(app.http(post()).await.header("location"), place);

    let done = app.run_submitted().await;
    assert_eq!((done.len(), done[0].state), (1, TaskState::Succeeded));
    let invoice = app.http(get(&place)).await;
    assert_eq!(invoice.status(), StatusCode::OK);
    assert_eq!(
        invoice.text(),
        "Test Shop\nInvoice of order 7\n2 × pen: 3.00\n"
    );
}
// ANCHOR_END: test_task

// ANCHOR: test_object
#[tokio::test]
async fn a_file_of_orders_is_imported() {
    let app = app(10).await;
    app.object(import, object("monday.csv"))
        .await
        .outcome
        .unwrap();
    let ink = app.http(get("/orders/monday.csv-2")).await;
    assert_eq!(ink.json::<Order>().item, "ink");

    let missing = app.object(import, object("sunday.csv")).await;
    assert!(missing.outcome.is_err());
    let other = app.object(import, object("monday.txt")).await;
    assert!(other.function.is_none(), "nobody wants to hear of it");
}
// ANCHOR_END: test_object

#[tokio::test]
async fn keys_do_not_lead_out_of_the_folder() {
    let settled = app(10).await.object(import, object("../Cargo.csv")).await;
    assert_eq!(settled.outcome.unwrap_err().kind, faas::FailureKind::Reject);
}

// ANCHOR: test_call
#[tokio::test]
async fn a_quote_is_typed() {
    let app = app(10).await;
    let draft = Draft {
        item: "pen".to_owned(),
        quantity: 3,
        price: 150,
    };
    assert_eq!(app.call(quote, draft).await.unwrap(), 450);
}
// ANCHOR_END: test_call

// ANCHOR: test_replay
#[tokio::test]
async fn what_was_recorded_comes_out_the_same() {
    let app = app(10).await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings");
    let replayed = app.replay(folder).await.unwrap();
    replayed.assert_same();
    assert_eq!(replayed.runs()[0].function(), Some("quote"));
}
// ANCHOR_END: test_replay

// ANCHOR: test_event
#[tokio::test]
async fn sqs_is_told_which_messages_shall_come_again() {
    let app = app(1).await;
    let record = |id: &str, body: Value| {
        json!({
            "messageId": id,
            "body": body.to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
        })
    };
    let records = [
        record("kept", json!(two_pens("7"))),
        record("too many", json!(two_pens("8"))),
        record("wrong", json!("no order")),
    ];
    let answer = app
        .event("aws-lambda", json!({ "Records": records }).to_string())
        .await;
    let failures = json!({ "batchItemFailures": [{ "itemIdentifier": "too many" }] });
    assert_eq!(answer.json::<Value>(), failures);
    assert_eq!(app.http(get("/orders/7")).await.status(), StatusCode::OK);
    assert_eq!(app.published()[0].queue(), Some("orders-dead"));
}
// ANCHOR_END: test_event

#[tokio::test]
async fn files_and_times_come_through_aws_lambda_too() {
    let app = app(10).await;
    let written = json!({
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": "imports" }, "object": { "key": "monday.csv", "size": 20 } },
    });
    let answer = app
        .event("aws-lambda", json!({ "Records": [written] }).to_string())
        .await;
    assert!(!answer.is_error(), "{answer:?}");
    assert_eq!(
        app.http(get("/orders/monday.csv-1")).await.status(),
        StatusCode::OK
    );

    let due = json!({
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "time": "2026-11-21T02:00:00Z",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/nightly_report"],
        "detail": {},
    });
    let answer = app.event("aws-lambda", due.to_string()).await;
    assert!(!answer.is_error(), "{answer:?}");
}

#[tokio::test]
async fn a_published_order_comes_back_through_knative() {
    let app = app(10).await;
    let event = json!({
        "specversion": "1.0",
        "id": "1",
        "source": "shop#orders",
        "type": "dev.faas.queue.message",
        "data": two_pens("7"),
    });
    let answer = app.event("knative", event.to_string()).await;
    assert_eq!(answer.json::<Value>()["status"], 204);
    assert_eq!(app.http(get("/orders/7")).await.status(), StatusCode::OK);
}

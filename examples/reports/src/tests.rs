//! The whole service in process, on the first morning of 2026.

use std::time::Duration;

use faas::testing::{App, TestApp};
use http::Request;
use serde_json::{Value, json};

use super::*;

async fn sell(app: &TestApp, day: &str, item: &str, cents: u64) -> StatusCode {
    let request = Request::post(format!("/sales/{day}")).header("content-type", "application/json");
    let sale = json!({ "item": item, "cents": cents }).to_string();
    app.http(request.body(sale).unwrap()).await.status()
}

fn get(path: &str) -> Request<&'static str> {
    Request::get(path).body("").unwrap()
}

/// Lets a test's clock come to the morning of 2 January.
async fn next_morning() -> TestApp {
    let app = App::new().start().await;
    app.clock().advance(Duration::from_secs(30 * 60 * 60));
    app
}

#[tokio::test]
async fn the_figures_of_a_day_add_up() {
    let app = next_morning().await;
    assert_eq!(sell(&app, "2026-01-01", "pen", 150).await, StatusCode::OK);
    assert_eq!(sell(&app, "2026-01-01", "pen", 150).await, StatusCode::OK);
    assert_eq!(sell(&app, "2026-01-02", "ink", 900).await, StatusCode::OK);
    let figures = app.kv().get::<Value>("sales/2026-01-01").await.unwrap();
    let expected = json!({ "items": { "pen": { "count": 2, "cents": 300 } } });
    assert_eq!(figures, Some(expected));
    assert!(sell(&app, "someday", "pen", 150).await.is_client_error());
}

#[tokio::test]
async fn in_the_morning_the_day_before_is_reported() {
    let app = next_morning().await;
    sell(&app, "2026-01-01", "pen", 150).await;
    sell(&app, "2026-01-01", "ink", 900).await;
    sell(&app, "2026-01-02", "ink", 900).await;
    app.tick(daily).await.outcome.unwrap();

    let standing = app.http(get("/reports/2026-01-01/status")).await;
    assert_eq!(standing.json::<Value>()["state"], "queued");
    let early = app.http(get("/reports/2026-01-01")).await;
    assert_eq!(early.status(), StatusCode::NOT_FOUND);

    assert_eq!(app.run_submitted().await.len(), 1);
    let standing = app.http(get("/reports/2026-01-01/status")).await;
    assert_eq!(
        standing.json::<Value>(),
        json!({ "state": "succeeded", "attempts": 1, "progress": "written" })
    );
    let metrics = app.metrics();
    let names: Vec<_> = metrics.iter().map(|metric| metric.name).collect();
    assert_eq!(names, ["report.size", "reports"]);
    assert_eq!(metrics[1].sum, 1.0);
    let report = app.http(get("/reports/2026-01-01")).await;
    assert_eq!(
        report.text(),
        "Sales of 2026-01-01\n1 × ink: 9.00\n1 × pen: 1.50\n2 × total: 10.50\n"
    );
}

#[tokio::test]
async fn a_day_has_one_report() {
    let app = next_morning().await;
    app.tick(daily).await.outcome.unwrap();
    app.tick(daily).await.outcome.unwrap();
    assert_eq!(app.submitted().len(), 1);
}

#[tokio::test]
async fn reports_are_kept_for_a_quarter() {
    let app = next_morning().await;
    let day = "2026-01-01".parse().unwrap();
    app.run_task(render, day).await.unwrap();
    let report = || app.http(get("/reports/2026-01-01"));
    assert_eq!(
        report().await.text(),
        "Sales of 2026-01-01\n0 × total: 0.00\n"
    );
    app.clock().advance(KEPT);
    assert_eq!(report().await.status(), StatusCode::NOT_FOUND);
}

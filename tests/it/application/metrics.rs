//! Figures that handlers tell themselves: in tests, in `/metrics`, and what is no figure.

use std::time::Duration;

use faas::testing::TestApp;
use faas::{Context, Json, Unit};
use http::Request;

use super::app;

mod told {
    use super::*;

    #[faas::http(POST, "/orders/{pieces}")]
    async fn order(faas::Path(pieces): faas::Path<u64>, cx: Context) -> &'static str {
        cx.metric("orders", 1, Unit::Count);
        cx.metric("pieces", pieces, Unit::Count);
        cx.metric("db.wait", Duration::from_millis(250), Unit::Milliseconds);
        "taken"
    }

    #[faas::invoke]
    pub(super) fn count(Json(many): Json<u32>, cx: Context) -> Json<u32> {
        for _ in 0..many {
            cx.metric("orders", 1_u8, Unit::Count);
        }
        Json(many)
    }

    #[faas::invoke]
    pub(super) async fn wrong(Json(value): Json<f64>, cx: Context) -> Json<()> {
        cx.metric("orders", value, Unit::Count);
        cx.metric("requestId", 1, Unit::Count);
        Json(())
    }
}

async fn started() -> TestApp {
    app(module_path!(), "told").start().await
}

/// Name, function, count and sum of all.
fn told(app: &TestApp) -> Vec<(&'static str, &'static str, u64, f64)> {
    let metrics = app.metrics();
    let told = metrics
        .iter()
        .map(|metric| (metric.name, metric.function, metric.count, metric.sum));
    told.collect()
}

#[tokio::test]
async fn a_handler_tells_figures_of_its_own() {
    let app = started().await;
    for pieces in [2, 3] {
        let request = Request::post(format!("/orders/{pieces}")).body("").unwrap();
        assert_eq!(app.http(request).await.text(), "taken");
    }
    assert_eq!(app.call(told::count, 4).await.unwrap(), 4);
    assert_eq!(
        told(&app),
        [
            ("db.wait", "order", 2, 500.0),
            ("orders", "count", 4, 4.0),
            ("orders", "order", 2, 2.0),
            ("pieces", "order", 2, 5.0),
        ]
    );
    let text = app.application().metrics();
    for line in [
        "# TYPE orders_total counter",
        r#"orders_total{function="order",trigger="http"} 2"#,
        r#"orders_total{function="count",trigger="invoke"} 4"#,
        "# TYPE db_wait_seconds summary",
        r#"db_wait_seconds_sum{function="order",trigger="http"} 0.5"#,
        r#"db_wait_seconds_count{function="order",trigger="http"} 2"#,
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
}

#[tokio::test]
async fn what_is_no_figure_is_dropped_and_said_once() {
    let app = started().await;
    app.call(told::wrong, -1.0).await.unwrap();
    app.call(told::wrong, 1.5).await.unwrap();
    assert_eq!(told(&app), [("orders", "wrong", 1, 1.5)]);
    let logs = app.logs();
    let dropped: Vec<_> = logs
        .iter()
        .filter(|line| line.contains("is dropped"))
        .collect();
    assert_eq!(dropped.len(), 1, "{logs:?}");
    assert!(
        dropped[0].contains("`orders`") && dropped[0].contains("WARN"),
        "{dropped:?}"
    );
}

//! What functions on `lambda_http` and `lambda_runtime` become.

use faas::{Context, Error, Json, Query};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Pair {
    left: i64,
    right: i64,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Sum {
    sum: i64,
}

// ANCHOR: http
#[derive(Deserialize)]
struct Who {
    name: Option<String>,
}

#[faas::http(GET, "/")]
async fn hello(Query(who): Query<Who>) -> String {
    format!("hello {}", who.name.as_deref().unwrap_or("world"))
}
// ANCHOR_END: http

// ANCHOR: invoke
#[faas::invoke]
async fn sum(Json(pair): Json<Pair>, cx: Context) -> Result<Json<Sum>, Error> {
    tracing::info!(id = cx.invocation_id(), "adding");
    let sum = pair.left.checked_add(pair.right);
    let sum = sum.ok_or_else(|| Error::reject("the numbers are too large"))?;
    Ok(Json(Sum { sum }))
}
// ANCHOR_END: invoke

/// Events of AWS Lambda, and their answers.
mod tests {
    use faas::testing::{App, TestApp};
    use serde_json::{Value, json};

    use super::*;

    async fn app() -> TestApp {
        let app = App::of(module_path!().trim_end_matches("::tests"));
        app.start().await
    }

    // ANCHOR: test
    #[tokio::test]
    async fn events_are_answered_as_before() {
        let app = app().await;
        let event = json!({
            "rawPath": "/",
            "rawQueryString": "name=Ada",
            "requestContext": { "http": { "method": "GET" } },
        });
        let answer = app.event("aws-lambda", event.to_string()).await;
        assert_eq!(answer.json::<Value>()["body"], "hello Ada");
        let event = json!({ "left": 1, "right": 2 });
        let answer = app.event("aws-lambda", event.to_string()).await;
        assert_eq!(answer.json::<Sum>(), Sum { sum: 3 });
    }
    // ANCHOR_END: test

    #[tokio::test]
    async fn a_sum_that_is_no_number_is_rejected() {
        let left = i64::MAX;
        let pair = Pair { left, right: 1 };
        let failure = app().await.call(sum, pair).await.unwrap_err();
        assert_eq!(failure.kind, faas::FailureKind::Reject);
    }
}

//! A small order service: the same binary is an HTTP server of its own and a function on AWS Lambda.

// ANCHOR: imports
mod orders;

use std::process::ExitCode;

use faas::{Config, Context, Error, Json, Path, State};
use http::StatusCode;

use crate::orders::{Draft, Order, Orders};
// ANCHOR_END: imports

// ANCHOR: config
/// The section `[shop]` of `faas.toml`; `FAAS__SHOP__LIMIT=5` in the environment wins over it.
#[faas::config("shop")]
#[serde(default)]
struct Shop {
    name: String,
    /// How many orders are kept.
    limit: usize,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            name: "Corner Shop".to_owned(),
            limit: 100,
        }
    }
}
// ANCHOR_END: config

// ANCHOR: resource
/// Built once, before the first request; every handler that asks for `State<Orders>` shares it.
#[faas::resource]
fn orders(Config(shop): Config<Shop>) -> Orders {
    Orders::with_limit(shop.limit)
}
// ANCHOR_END: resource

// ANCHOR: welcome
/// Says who answers.
#[faas::http(GET, "/")]
async fn welcome(Config(shop): Config<Shop>, cx: Context) -> String {
    format!("{} on {}\n", shop.name, cx.platform())
}
// ANCHOR_END: welcome

// ANCHOR: orders
/// Takes an order.
#[faas::http(POST, "/orders", timeout = "2s")]
async fn create_order(
    State(orders): State<Orders>,
    Json(draft): Json<Draft>,
) -> Result<(StatusCode, Json<Order>), Error> {
    Ok((StatusCode::CREATED, Json(orders.add(draft)?)))
}

/// Shows an order.
#[faas::http(GET, "/orders/{id}")]
async fn get_order(
    State(orders): State<Orders>,
    Path(id): Path<u64>,
) -> Result<Json<Order>, Error> {
    Ok(Json(orders.get(id)?))
}
// ANCHOR_END: orders

// ANCHOR: invoke
/// Prices a draft without keeping it: a plain request with a plain answer, whoever brings it.
#[faas::invoke]
async fn quote(Json(draft): Json<Draft>) -> Result<Json<u64>, Error> {
    Ok(Json(draft.total()?))
}
// ANCHOR_END: invoke

// ANCHOR: main
fn main() -> ExitCode {
    faas::run()
}
// ANCHOR_END: main

#[cfg(test)]
mod tests {
    //! The whole service in process.

    use faas::testing::{App, TestApp};

    use super::*;

    // ANCHOR: test_app
    async fn app(limit: usize) -> TestApp {
        App::new()
            .set("shop.name", "Test Shop")
            .set("shop.limit", &limit.to_string())
            .start()
            .await
    }

    fn order(body: &str) -> http::Request<String> {
        http::Request::post("/orders")
            .header("content-type", "application/json")
            .body(body.to_owned())
            .unwrap()
    }

    const TWO_PENS: &str = r#"{"item": "pen", "quantity": 2, "price": 150}"#;
    // ANCHOR_END: test_app

    // ANCHOR: test_http
    #[tokio::test]
    async fn an_order_is_kept_and_shown() {
        let app = app(10).await;
        let created = app.http(order(TWO_PENS)).await;
        assert_eq!(created.status(), StatusCode::CREATED);
        let id = created.json::<Order>().id;
        let shown = app
            .http(
                http::Request::get(format!("/orders/{id}"))
                    .body("")
                    .unwrap(),
            )
            .await;
        assert_eq!(shown.json::<Order>().total, 300);
    }
    // ANCHOR_END: test_http

    #[tokio::test]
    async fn a_full_shop_says_when_to_come_back() {
        let app = app(0).await;
        let refused = app.http(order(TWO_PENS)).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.header("retry-after"), "60");
    }

    #[tokio::test]
    async fn an_unknown_order_is_a_problem_document() {
        let app = app(10).await;
        let unknown = app
            .http(http::Request::get("/orders/7").body("").unwrap())
            .await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            unknown.text(),
            r#"{"title":"Not Found","status":404,"detail":"there is no order 7"}"#
        );
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

    // ANCHOR: test_event
    #[tokio::test]
    async fn the_same_order_comes_through_aws_lambda() {
        let app = app(10).await;
        let event = serde_json::json!({
            "version": "2.0",
            "rawPath": "/orders",
            "rawQueryString": "",
            "headers": { "content-type": "application/json" },
            "requestContext": { "http": { "method": "POST", "path": "/orders" }, "stage": "$default" },
            "body": TWO_PENS,
            "isBase64Encoded": false,
        });
        let answer = app.event("aws-lambda", event.to_string()).await;
        let answer: serde_json::Value = answer.json();
        assert_eq!(answer["statusCode"], 201);
        assert_eq!(
            answer["body"],
            r#"{"id":1,"item":"pen","quantity":2,"total":300}"#
        );
    }
    // ANCHOR_END: test_event
}

//! What becomes of a handler's error: a status and a document over HTTP, a kind for everybody else.

use std::time::Duration;

use faas::FailureKind;
use http::Request;

use super::{app, get};

mod functions {
    use std::time::Duration;

    use faas::{Error, Json, Path};
    use http::StatusCode;
    use serde::Deserialize;

    fn error(kind: &str) -> Error {
        match kind {
            "retry" => Error::retry("the database is down"),
            "after" => Error::retry_after(Duration::from_millis(30_001), "all hands busy"),
            "reject" => Error::reject("no such item"),
            "conflict" => Error::status(StatusCode::CONFLICT, "somebody was quicker"),
            "bad-gateway" => Error::status(StatusCode::BAD_GATEWAY, "upstream said hunter2"),
            "gone" => Error::retry("moved away").with_status(StatusCode::GONE),
            "named" => Error::reject("odd").with_name("OddNumber"),
            _ => "seven".parse::<u32>().unwrap_err().into(),
        }
    }

    #[faas::http(GET, "/{kind}")]
    async fn over_http(Path(kind): Path<String>) -> Result<(), Error> {
        Err(error(&kind))
    }

    #[faas::invoke]
    pub(super) async fn fails(Json(kind): Json<String>) -> Result<(), Error> {
        Err(error(&kind))
    }

    #[derive(Deserialize)]
    pub(super) struct Item {
        #[expect(dead_code, reason = "only its shape matters")]
        prices: Vec<u32>,
    }

    #[faas::http(POST, "/items")]
    async fn item(_: Json<Item>) {}

    /// An error of the user's own, made a response by the user.
    struct Own;

    impl axum::response::IntoResponse for Own {
        fn into_response(self) -> axum::response::Response {
            (StatusCode::IM_A_TEAPOT, "mine").into_response()
        }
    }

    #[faas::http(DELETE, "/own")]
    async fn own() -> Result<(), Own> {
        Err(Own)
    }
}

const AFTER: FailureKind = FailureKind::RetryAfter(Duration::from_millis(30_001));

#[tokio::test]
async fn each_kind_of_error_has_its_status_and_its_failure() {
    let app = app(module_path!(), "functions").start().await;
    let document = |title: &str, status: u16, detail: &str| {
        let detail = if detail.is_empty() {
            String::new()
        } else {
            format!(r#","detail":"{detail}""#)
        };
        format!(r#"{{"title":"{title}","status":{status}{detail}}}"#)
    };
    let (retry, reject) = (FailureKind::Retry, FailureKind::Reject);
    let cases = [
        (
            "retry",
            document("Internal Server Error", 500, ""),
            "",
            retry,
            "Error",
        ),
        (
            "after",
            document("Service Unavailable", 503, ""),
            "31",
            AFTER,
            "Error",
        ),
        (
            "reject",
            document("Bad Request", 400, "no such item"),
            "",
            reject,
            "Error",
        ),
        (
            "conflict",
            document("Conflict", 409, "somebody was quicker"),
            "",
            reject,
            "Error",
        ),
        (
            "bad-gateway",
            document("Bad Gateway", 502, ""),
            "",
            retry,
            "Error",
        ),
        (
            "gone",
            document("Gone", 410, "moved away"),
            "",
            retry,
            "Error",
        ),
        (
            "named",
            document("Bad Request", 400, "odd"),
            "",
            reject,
            "OddNumber",
        ),
        (
            "converted",
            document("Internal Server Error", 500, ""),
            "",
            retry,
            "ParseIntError",
        ),
    ];
    for (kind, text, after, failure_kind, name) in cases {
        let answer = app.http(get(&format!("/{kind}"))).await;
        assert_eq!(answer.text(), text, "{kind}");
        assert!(
            text.contains(&format!("\"status\":{}", answer.status().as_u16())),
            "{kind}"
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{kind}"
        );
        assert_eq!(answer.header("retry-after"), after, "{kind}");
        let failure = app
            .call(functions::fails, kind.to_owned())
            .await
            .unwrap_err();
        assert_eq!(failure.kind, failure_kind, "{kind}");
        assert_eq!(failure.name, name, "{kind}");
    }
}

#[tokio::test]
async fn a_json_body_that_is_none_says_why() {
    let app = app(module_path!(), "functions").start().await;
    let cases = [
        ("", "{}", 415, "expected `application/json`"),
        ("text/plain", "{}", 415, "`text/plain`"),
        ("application/json", "{\"prices\":", 400, "no JSON document"),
        (
            "application/json",
            r#"{"prices":[1,"2"]}"#,
            422,
            "`prices[1]`: invalid type",
        ),
        ("application/json", "{}", 422, "missing field `prices`"),
        ("application/json", "[", 400, "no JSON document"),
        (
            "application/problem+json; charset=utf-8",
            r#"{"prices":[]}"#,
            200,
            "",
        ),
    ];
    for (content_type, body, status, part) in cases {
        let mut request = Request::post("/items");
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let answer = app.http(request.body(body).unwrap()).await;
        assert_eq!(answer.status(), status, "{body}: {}", answer.text());
        assert!(answer.text().contains(part), "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_handlers_own_response_stands() {
    let app = app(module_path!(), "functions").start().await;
    let answer = app.http(Request::delete("/own").body("").unwrap()).await;
    assert_eq!((answer.status().as_u16(), answer.text()), (418, "mine"));
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_the_clients_mistake() {
    let app = app(module_path!(), "functions").start().await;
    let answer = app.http(Request::put("/own").body("").unwrap()).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(app.http(get("/%FF")).await.status(), 400);
}

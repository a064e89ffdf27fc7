//! Which way a request goes: probes, events, the only `invoke` function, routes.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use futures_util::future::{BoxFuture, ready};
use http::{Request, Response, StatusCode};

use super::*;
use crate::host::events::tests::{events, seen};

fn route(
    name: &'static str,
    methods: &'static [&'static str],
    path: &'static str,
) -> &'static Function {
    let call: fn(Request<Body>) -> BoxFuture<'static, Response<Body>> = |request| {
        let text = format!("{} {}", request.method(), request.uri().path());
        Box::pin(ready(Response::new(Body::from(text))))
    };
    let trigger = Trigger::Http {
        methods,
        path,
        call,
    };
    function(name, Limits::NONE, trigger)
}

fn mount(name: &'static str, prefix: &'static str) -> &'static Function {
    let make = |_| -> BoxFuture<'static, _> {
        let down = get(async || StatusCode::SERVICE_UNAVAILABLE);
        let router = Router::new()
            .route("/health/readiness", down)
            .fallback(async || (StatusCode::NOT_FOUND, "the old application"));
        Box::pin(ready(Ok(router)))
    };
    function(name, Limits::NONE, Trigger::Mount { prefix, make })
}

fn request(method: &str, path: &str, body: &str) -> Value {
    json!({ "method": method, "path": path, "headers": {}, "body": body })
}

#[track_caller]
fn is(answer: &Value, status: u16, body: &str) {
    assert_eq!(
        (&answer["status"], &answer["body"]),
        (&json!(status), &json!(body))
    );
}

#[tokio::test]
async fn probes_need_no_function() {
    let app = app(vec![
        events("any", "*"),
        route("posted", &["POST"], "/health/liveness"),
    ])
    .await;
    for path in [
        "/health/liveness",
        "/health/readiness",
        "/health/liveness?full",
    ] {
        is(&send(&app, &request("GET", path, "")).await, 200, "ok\n");
    }
    assert!(seen().is_empty());
    let answer = send(&app, &request("POST", "/health/liveness", "")).await;
    is(&answer, 200, "POST /health/liveness");
    let answer = send(&app, &request("GET", "/health/other", "")).await;
    assert_eq!(answer["status"], 404);
}

#[tokio::test]
async fn a_route_of_its_own_answers_a_probe() {
    let app = app(vec![route("lives", &["GET"], "/health/{what}")]).await;
    let answer = send(&app, &request("GET", "/health/liveness", "")).await;
    is(&answer, 200, "GET /health/liveness");
}

/// A mounted router answers what it knows; that it knows nothing of a probe is no reason to be restarted.
#[tokio::test]
async fn a_mounted_router_is_asked() {
    for prefix in ["/", "/health"] {
        let app = app(vec![mount("legacy", prefix)]).await;
        let answer = send(&app, &request("GET", "/health/liveness", "")).await;
        is(&answer, 200, "ok\n");
        let answer = send(&app, &request("GET", "/health/readiness", "")).await;
        let expected = if prefix == "/" { 503 } else { 200 };
        assert_eq!(answer["status"], expected, "{prefix}: {answer}");
    }
}

#[tokio::test]
async fn where_only_events_are_served_another_post_is_no_404() {
    for functions in [
        vec![events("any", "*")],
        vec![events("any", "*"), invoked("answers"), invoked("other")],
    ] {
        let app = app(functions).await;
        for path in ["/", "/some/path"] {
            let answer = send(&app, &request("POST", path, "{}")).await;
            assert_eq!(answer["status"], 415, "{answer}");
            let text = answer["body"].as_str().unwrap();
            assert!(text.starts_with("expected CloudEvents"), "{text}");
        }
        let answer = send(&app, &request("GET", "/", "")).await;
        assert_eq!(answer["status"], 404, "{answer}");
    }
    assert!(seen().is_empty());
    let app = app(vec![events("any", "*"), route("other", &["GET"], "/other")]).await;
    let answer = send(&app, &request("POST", "/some/path", "{}")).await;
    assert_eq!(answer["status"], 404, "{answer}");
}

#[tokio::test]
async fn an_event_goes_before_any_route() {
    let app = app(vec![events("any", "*"), route("all", &[], "/{*path}")]).await;
    for path in ["/", "/some/path", "/health/liveness"] {
        let mut event = binary("t", "/s", &[], &json!(1));
        event["path"] = json!(path);
        assert_eq!(send(&app, &event).await["status"], 204, "{path}");
        assert_eq!(seen().len(), 1, "{path}");
    }
    is(
        &send(&app, &request("POST", "/some/path", "")).await,
        200,
        "POST /some/path",
    );
    // half an event is a mistake, not a request
    let mut half = request("POST", "/some/path", "");
    half["headers"]["ce-id"] = json!("1");
    assert_eq!(send(&app, &half).await["status"], 400);
    assert!(seen().is_empty());
}

#[tokio::test]
async fn the_only_invoke_function_takes_what_is_posted_to_the_root() {
    for functions in [
        vec![invoked("answers")],
        vec![
            invoked("answers"),
            events("any", "*"),
            route("other", &["GET"], "/"),
        ],
    ] {
        let app = app(functions).await;
        let answer = send(&app, &request("POST", "/", "[1]")).await;
        is(&answer, 200, r#"{"not":"an event"}"#);
        assert_eq!(answer["headers"]["content-type"], "application/json");
        assert_eq!(seen().len(), 1);
    }
}

#[tokio::test]
async fn an_invoke_function_beside_others_leaves_the_root_alone() {
    for functions in [
        vec![invoked("answers"), route("root", &["POST"], "/")],
        vec![invoked("answers"), mount("legacy", "/")],
        vec![invoked("answers"), invoked("other")],
    ] {
        let app = app(functions).await;
        let answer = send(&app, &request("POST", "/", "[1]")).await;
        assert_ne!(answer["body"], r#"{"not":"an event"}"#, "{answer}");
        assert!(seen().is_empty());
    }
}

#[tokio::test]
async fn a_function_that_is_all_there_is_takes_events_as_they_are() {
    let app = app(vec![invoked("answers")]).await;
    let answer = send(&app, &binary("t", "/s", &[], &json!({ "n": 1 }))).await;
    is(&answer, 200, r#"{"not":"an event"}"#);
    let (_, crate::invocation::Input::Payload(payload)) = seen().remove(0) else {
        panic!("no payload");
    };
    assert_eq!(&payload.body[..], br#"{"n":1}"#);
}

#[tokio::test]
async fn an_invocation_that_fails_is_a_problem() {
    for (name, status, detail) in [
        ("rejects", 400, Some("canary: the printer is on fire")),
        ("retries", 500, None),
        ("waits", 503, None),
        ("panics", 500, None),
    ] {
        let app = app(vec![invoked(name)]).await;
        let answer = send(&app, &request("POST", "/", "1")).await;
        assert_eq!(answer["status"], status, "{name}: {answer}");
        let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["detail"].as_str(), detail, "{name}");
    }
}

//! Where calls go: by service and method, and what there is not is answered by gRPC before any router.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use faas::Proto;
use faas::testing::App;
use http::{Request, StatusCode, Version};
use tonic::Code;

use crate::client::{Number, number, unary};

#[faas::grpc("routes.v1.Routes/Known")]
async fn known(it: Proto<Number>) -> Proto<Number> {
    it
}

#[faas::http(mount = "/")]
fn legacy() -> Router {
    Router::new()
        .route("/old", get(async || "old"))
        .fallback(async || "whatever")
}

#[tokio::test]
async fn unknown_calls_are_unimplemented() {
    let app = App::of(module_path!()).start().await;
    for path in [
        "/routes.v1.Routes/Unknown",
        "/routes.v1.Other/Known",
        "/old",
        "/",
    ] {
        let status = unary::<_, Number>(&app, path, number(1)).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
    }
    let answer = unary::<_, Number>(&app, "/routes.v1.Routes/Known", number(1)).await;
    assert_eq!(answer.unwrap().into_inner(), number(1));
}

#[tokio::test]
async fn what_is_no_call_goes_on_to_the_routers() {
    let app = App::of(module_path!()).start().await;
    for (path, body) in [("/old", "old"), ("/routes.v1/Unknown", "whatever")] {
        let answer = app
            .http(Request::get(path).body(Body::empty()).unwrap())
            .await;
        assert_eq!(answer.text(), body);
    }
}

/// Its status is in trailers, which an answer over HTTP/1.1 may lose on its way.
#[tokio::test]
async fn native_calls_need_http_2() {
    let app = App::of(module_path!()).start().await;
    let request = Request::post("/routes.v1.Routes/Known")
        .version(Version::HTTP_11)
        .header("content-type", "application/grpc")
        .body(Body::from(&b"\0\0\0\0\0"[..]))
        .unwrap();
    let answer = app.http(request).await;
    assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(answer.text().contains("gRPC-Web"), "{}", answer.text());
}

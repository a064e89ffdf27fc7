//! A whole router beside annotated functions: merged at `/`, nested below a prefix.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};

use super::{Gate, app, get, places, refused};

mod merged {
    use std::sync::Arc;

    use axum::extract::State as RouterState;
    use axum::middleware;
    use axum::response::Response;
    use axum::routing::{get, post};
    use axum::{Router, extract};
    use faas::{Context, Path, State};

    use super::super::Gate;

    /// What the old application keeps for itself.
    #[derive(Clone)]
    struct Own(&'static str);

    async fn mark(request: extract::Request, next: middleware::Next) -> Response {
        let mut response = next.run(request).await;
        response
            .headers_mut()
            .insert("x-legacy", "1".parse().unwrap());
        response
    }

    #[faas::http(mount = "/", timeout = "2s")]
    fn legacy(State(gate): State<Arc<Gate>>) -> Router {
        Router::new()
            .route(
                "/old",
                get(|RouterState(own): RouterState<Own>| async move { own.0 }),
            )
            .route("/shared", post(|| async { "posted by the old" }))
            .route(
                "/who",
                get(async |cx: Context, shared: State<u32>| {
                    format!("{} {}", cx.function(), *shared)
                }),
            )
            .route(
                "/panic",
                get(async || -> &'static str { panic!("in the old") }),
            )
            .route(
                "/hang",
                get(async move || {
                    gate.pass().await;
                    "late"
                }),
            )
            .fallback(async || (http::StatusCode::IM_A_TEAPOT, "the old fallback"))
            .layer(middleware::from_fn(mark))
            .with_state(Own("own state"))
    }

    #[faas::resource]
    fn number() -> u32 {
        7
    }

    #[faas::http(GET, "/shared")]
    async fn shared() -> &'static str {
        "got by the new"
    }

    #[faas::http(GET, "/new/{id}")]
    async fn new(Path(id): Path<u64>, number: State<u32>) -> String {
        format!("{id} {}", *number)
    }
}

mod nested {
    use axum::Router;
    use axum::extract::{MatchedPath, OriginalUri, Path};
    use axum::routing::get;
    use http::Uri;

    #[faas::http(mount = "/admin")]
    async fn admin() -> Result<Router, faas::Error> {
        Ok(Router::new()
            .route("/", get(async || "the root"))
            .route(
                "/x/{id}",
                get(
                    async |Path(id): Path<u64>, uri: Uri, OriginalUri(whole): OriginalUri| {
                        format!("{id} {uri} {whole}")
                    },
                ),
            )
            .route(
                "/matched/{id}",
                get(async |path: MatchedPath| path.as_str().to_owned()),
            ))
    }

    #[faas::http(mount = "/admin/deep")]
    fn deep() -> Router {
        Router::new().fallback(async |uri: Uri| format!("deep {uri}"))
    }

    #[faas::http(GET, "/")]
    async fn root() -> &'static str {
        "outside"
    }
}

mod clash {
    use axum::Router;
    use axum::routing::get;

    #[faas::http(mount = "/")]
    fn legacy() -> Router {
        Router::new()
            .route("/old/{id}", get(async || "old"))
            .route("/other", get(async || "old"))
    }

    #[faas::http(GET, "/fine")]
    async fn fine() {}

    #[faas::http(GET, "/old/{id}")]
    async fn moved() {}

    #[faas::http(POST, "/other")]
    async fn beside() {}
}

mod clash_below {
    use axum::Router;
    use axum::routing::get;

    #[faas::http(mount = "/admin")]
    fn admin() -> Router {
        Router::new().route("/x", get(async || "old"))
    }

    #[faas::http(GET, "/admin/{*rest}")]
    async fn shadowed() {}
}

mod failing {
    use axum::Router;

    #[faas::http(mount = "/a")]
    fn fails() -> Result<Router, faas::Error> {
        Err(faas::Error::retry("templates are missing"))
    }

    #[faas::http(mount = "/b")]
    fn panics() -> Router {
        panic!("cannot be mounted")
    }
}

async fn merged_app() -> (faas::testing::TestApp, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let app = app(module_path!(), "merged")
        .given(Arc::clone(&gate))
        .start()
        .await;
    (app, gate)
}

#[tokio::test]
async fn a_merged_router_keeps_state_layers_and_fallback() {
    let (app, _) = merged_app().await;
    let cases = [
        ("GET", "/old", 200, "own state", "1"),
        ("GET", "/who", 200, "legacy 7", "1"),
        ("POST", "/shared", 200, "posted by the old", "1"),
        ("GET", "/shared", 200, "got by the new", ""),
        ("GET", "/new/5", 200, "5 7", ""),
        ("GET", "/nowhere", 418, "the old fallback", "1"),
        ("POST", "/nowhere", 418, "the old fallback", "1"),
    ];
    for (method, path, status, text, layered) in cases {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body("")
            .unwrap();
        let answer = app.http(request).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        assert_eq!(answer.text(), text, "{method} {path}");
        assert_eq!(answer.header("x-legacy"), layered, "{method} {path}");
    }
}

#[tokio::test]
async fn a_path_with_methods_on_both_sides_allows_both() {
    let (app, _) = merged_app().await;
    let answer = app.http(Request::delete("/shared").body("").unwrap()).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    let mut allowed: Vec<_> = answer.header("allow").split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn a_mounted_route_passes_the_door() {
    let (app, gate) = merged_app().await;
    assert_eq!(app.http(get("/panic")).await.status(), 500);
    let late = async {
        gate.entered().await;
        app.clock().advance(Duration::from_secs(2));
    };
    let (answer, ()) = tokio::join!(app.http(get("/hang")), late);
    assert_eq!(answer.status(), 504);
    assert_eq!(app.application().in_flight(), 0);
    assert_eq!(app.http(get("/old")).await.status(), 200);
}

#[tokio::test]
async fn a_nested_router_gets_everything_below_its_prefix() {
    let app = app(module_path!(), "nested").start().await;
    let cases = [
        ("/", 200, "outside"),
        ("/admin", 200, "the root"),
        ("/admin/", 200, "the root"),
        ("/admin/x/7?q=1", 200, "7 /x/7?q=1 /admin/x/7?q=1"),
        ("/admin/matched/7", 200, "/admin/matched/{id}"),
        ("/admin/deep/er", 200, "deep /er"),
    ];
    for (path, status, text) in cases {
        let answer = app.http(get(path)).await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.text(), text, "{path}");
    }
    for path in ["/administration", "/admin/nowhere", "/x/7"] {
        assert_eq!(app.http(get(path)).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn the_same_method_and_path_on_both_sides_names_both() {
    let errors = refused(app(module_path!(), "clash").try_start().await);
    assert_eq!(errors.exit() as u8, 64);
    let text = errors.to_string();
    assert_eq!(text.matches("error[F0205]").count(), 1, "{text}");
    for part in ["`legacy` at", "`moved` at", "GET", "/old/{id}"] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert!(!text.contains("fine") && !text.contains("beside"), "{text}");
    let lines = places(&text, file!());
    assert!(matches!(lines[..], [one, other] if one != other), "{text}");
}

#[tokio::test]
async fn a_route_that_lies_below_a_prefix_is_a_clash_too() {
    let errors = refused(app(module_path!(), "clash_below").try_start().await);
    let text = errors.to_string();
    assert_eq!(text.matches("error[F0205]").count(), 1, "{text}");
    for part in ["`admin` at", "`shadowed` at"] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

#[tokio::test]
async fn a_mount_that_cannot_be_made_is_told() {
    let errors = refused(app(module_path!(), "failing").try_start().await);
    assert_eq!(errors.exit() as u8, 70);
    let text = errors.to_string();
    for part in [
        "`fails` at",
        "templates are missing",
        "`panics` at",
        "it panicked: cannot be mounted",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

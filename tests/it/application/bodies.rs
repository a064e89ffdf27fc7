//! Response bodies that are made while they are sent: the invocation lasts as long as they do.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use faas::testing::TestApp;
use faas_runtime_shim::invocation::Facts;
use http::Response;
use http_body_util::BodyExt;

use super::{app, get};

mod functions {
    use std::convert::Infallible;

    use axum::body::Body;
    use bytes::Bytes;
    use faas::State;
    use futures_util::stream;
    use tokio::sync::Mutex;
    use tokio::sync::mpsc;

    pub(super) type Source = Mutex<Option<mpsc::UnboundedReceiver<Result<Bytes, Infallible>>>>;

    /// Sends what the test sends.
    #[faas::http(GET, "/stream", timeout = "2s", concurrency = 1)]
    async fn streamed(source: State<Source>) -> Body {
        let source = source.lock().await.take();
        Body::from_stream(stream::unfold(source, async |mut source| {
            let item = source.as_mut()?.recv().await?;
            Some((item, source))
        }))
    }

    #[faas::http(GET, "/panic")]
    async fn panicking() -> Body {
        Body::from_stream(stream::once(async {
            assert!(std::hint::black_box(false), "in the body");
            Ok::<_, Infallible>(Bytes::new())
        }))
    }

    #[faas::http(GET, "/broken")]
    async fn broken() -> Body {
        let items = [
            Ok(Bytes::from_static(b"one")),
            Err(std::io::Error::other("cable cut")),
        ];
        Body::from_stream(stream::iter(items))
    }

    #[faas::http("/fixed")]
    async fn fixed() -> &'static str {
        "whole"
    }
}

type Sender = tokio::sync::mpsc::UnboundedSender<Result<Bytes, Infallible>>;

async fn started() -> (TestApp, Sender) {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let source = functions::Source::new(Some(receiver));
    let app = app(module_path!(), "functions").given(source).start().await;
    (app, sender)
}

async fn head(app: &TestApp, path: &str) -> Response<Body> {
    app.application().http(Facts::default(), get(path)).await
}

async fn next(body: &mut Body) -> Option<Result<Bytes, String>> {
    let frame = body.frame().await?;
    Some(
        frame
            .map(|frame| frame.into_data().unwrap())
            .map_err(|error| error.to_string()),
    )
}

fn counted(app: &TestApp, function: &str, outcome: &str) -> bool {
    let metrics = app.application().metrics();
    metrics.lines().any(|line| {
        line.contains(&format!("\"{function}\"")) && line.contains(outcome) && line.ends_with(" 1")
    })
}

#[tokio::test]
async fn an_invocation_ends_with_its_body() {
    let (app, sender) = started().await;
    let mut response = head(&app, "/stream").await;
    assert_eq!(app.application().in_flight(), 1);
    assert_eq!(
        app.http(get("/stream")).await.status(),
        503,
        "its place is still taken"
    );
    sender.send(Ok(Bytes::from_static(b"one"))).unwrap();
    assert_eq!(
        next(response.body_mut()).await,
        Some(Ok(Bytes::from_static(b"one")))
    );
    assert_eq!(app.application().in_flight(), 1);
    drop(sender);
    assert_eq!(next(response.body_mut()).await, None);
    assert_eq!(app.application().in_flight(), 0);
    assert_eq!(app.http(get("/stream")).await.status(), 200);
}

#[tokio::test]
async fn an_invocation_ends_when_its_body_is_dropped() {
    let (app, _sender) = started().await;
    drop(head(&app, "/stream").await);
    assert_eq!(app.application().in_flight(), 0);
    assert!(
        counted(&app, "streamed", "cancelled"),
        "{}",
        app.application().metrics()
    );
}

#[tokio::test]
async fn the_deadline_holds_for_the_body_too() {
    let (app, _sender) = started().await;
    let mut response = head(&app, "/stream").await;
    let late = async { app.clock().advance(Duration::from_secs(2)) };
    let (item, ()) = tokio::join!(next(response.body_mut()), late);
    let error = item.unwrap().unwrap_err();
    assert!(error.contains("deadline"), "{error}");
    assert_eq!(app.application().in_flight(), 0);
}

#[tokio::test]
async fn a_body_that_panics_or_breaks_off_harms_nobody_else() {
    let (app, _sender) = started().await;
    let mut response = head(&app, "/panic").await;
    assert_eq!(response.status(), 200);
    let error = next(response.body_mut()).await.unwrap().unwrap_err();
    assert!(error.contains("in the body"), "{error}");
    assert_eq!(next(response.body_mut()).await, None);

    let mut response = head(&app, "/broken").await;
    assert_eq!(
        next(response.body_mut()).await,
        Some(Ok(Bytes::from_static(b"one")))
    );
    assert!(next(response.body_mut()).await.unwrap().is_err());
    assert_eq!(app.application().in_flight(), 0);
    assert_eq!(app.http(get("/fixed")).await.text(), "whole");
}

#[tokio::test]
async fn a_body_without_bytes_ends_the_invocation_at_once() {
    let (app, _sender) = started().await;
    let request = http::Request::head("/fixed").body(Body::empty()).unwrap();
    let response = app.application().http(Facts::default(), request).await;
    assert_eq!(response.headers()["content-length"], "5");
    assert_eq!(app.application().in_flight(), 0);
    assert!(
        counted(&app, "fixed", "success"),
        "a HEAD request that was answered is counted as:\n{}",
        app.application().metrics()
    );
}

#[tokio::test]
async fn a_body_past_the_deadline_is_504_where_nothing_was_sent_yet() {
    let (app, sender) = started().await;
    sender.send(Ok(Bytes::from_static(b"a beginning"))).unwrap();
    let event = crate::lambda::events::http_v2("GET", "/stream").to_string();
    let late = async { app.clock().advance(Duration::from_secs(2)) };
    let (answer, ()) = tokio::join!(app.event("aws-lambda", event), late);
    let answer: serde_json::Value = answer.json();
    assert_eq!(answer["statusCode"], 504);
    assert_eq!(
        answer["body"],
        r#"{"title":"Gateway Timeout","status":504}"#
    );
}

#[tokio::test]
async fn an_event_through_a_platform_gets_an_answer_for_every_body() {
    let (app, _sender) = started().await;
    for (path, status) in [("/fixed", 200), ("/panic", 500), ("/broken", 500)] {
        let event = crate::lambda::events::http_v2("GET", path).to_string();
        let answer = app.event("aws-lambda", event).await;
        let answer: serde_json::Value = answer.json();
        assert_eq!(answer["statusCode"], status, "{path}");
    }
}

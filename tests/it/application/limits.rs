//! Concurrency and rate of a function: HTTP is told to come back, an event waits.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use faas::FailureKind;
use faas::testing::TestApp;

use super::{Gate, app, get};

mod functions {
    use std::sync::Arc;

    use faas::{Json, State};

    use super::super::Gate;

    #[faas::http(GET, "/one", concurrency = 1)]
    async fn one_at_a_time(gate: State<Arc<Gate>>) -> &'static str {
        gate.pass().await;
        "done"
    }

    #[faas::http(GET, "/paced", rate = "2/s")]
    async fn paced_over_http() -> &'static str {
        "done"
    }

    #[faas::invoke(concurrency = 2, timeout = "10s")]
    pub(super) async fn two_at_a_time(
        Json(number): Json<u32>,
        gate: State<Arc<Gate>>,
    ) -> Json<u32> {
        gate.pass().await;
        Json(number)
    }

    #[faas::invoke(rate = "1/m", timeout = "30s")]
    pub(super) async fn hardly_ever(Json(number): Json<u32>) -> Json<u32> {
        Json(number)
    }

    #[faas::invoke(rate = "2/s", timeout = "10s")]
    pub(super) async fn paced(Json(number): Json<u32>) -> Json<u32> {
        Json(number)
    }
}

use functions::{hardly_ever, paced, two_at_a_time};

async fn started() -> (TestApp, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let app = app(module_path!(), "functions")
        .given(Arc::clone(&gate))
        .start()
        .await;
    (app, gate)
}

/// Lets a future make one step.
async fn poll<F: Future>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test]
async fn a_full_function_answers_503_until_a_place_is_free() {
    let (app, gate) = started().await;
    let others = async {
        gate.entered().await;
        let refused = app.http(get("/one")).await;
        assert_eq!(refused.status(), 503);
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(
            refused.text(),
            r#"{"title":"Service Unavailable","status":503}"#
        );
        assert_eq!(
            app.http(get("/paced")).await.status(),
            200,
            "another function has room"
        );
        gate.open();
    };
    let (first, ()) = tokio::join!(app.http(get("/one")), others);
    assert_eq!(first.text(), "done");
    gate.open();
    assert_eq!(app.http(get("/one")).await.text(), "done");
}

#[tokio::test]
async fn a_request_that_went_away_gives_its_place_back() {
    let (app, gate) = started().await;
    tokio::select! {
        _ = app.http(get("/one")) => panic!("nobody opened the gate"),
        () = gate.entered() => {}
    }
    gate.open();
    assert_eq!(app.http(get("/one")).await.text(), "done");
}

#[tokio::test]
async fn a_function_above_its_rate_answers_503_with_the_time_to_wait() {
    let (app, _) = started().await;
    for _ in 0..2 {
        assert_eq!(app.http(get("/paced")).await.status(), 200);
    }
    let refused = app.http(get("/paced")).await;
    assert_eq!(
        (refused.status().as_u16(), refused.header("retry-after")),
        (503, "1")
    );
    app.clock().advance(Duration::from_millis(499));
    assert_eq!(app.http(get("/paced")).await.status(), 503);
    app.clock().advance(Duration::from_millis(1));
    assert_eq!(app.http(get("/paced")).await.status(), 200);
    assert_eq!(app.http(get("/paced")).await.status(), 503);
    let metrics = app.application().metrics();
    assert!(metrics.contains("overload"), "{metrics}");
}

#[tokio::test]
async fn an_event_waits_for_a_place() {
    let (app, gate) = started().await;
    let (mut one, mut two, mut three) = (
        pin!(app.call(two_at_a_time, 1)),
        pin!(app.call(two_at_a_time, 2)),
        pin!(app.call(two_at_a_time, 3)),
    );
    assert!(poll(&mut one).await.is_pending() && poll(&mut two).await.is_pending());
    assert!(poll(&mut three).await.is_pending());
    gate.entered().await;
    gate.entered().await;
    assert_eq!(
        gate.entered.available_permits(),
        0,
        "the third is in the handler"
    );
    gate.open();
    assert_eq!(one.await.unwrap(), 1);
    assert!(poll(&mut three).await.is_pending());
    gate.entered().await;
    gate.open();
    gate.open();
    assert_eq!((two.await.unwrap(), three.await.unwrap()), (2, 3));
}

#[tokio::test]
async fn the_time_in_the_queue_counts_for_the_deadline() {
    let (app, gate) = started().await;
    let (mut one, mut two, mut three) = (
        pin!(app.call(two_at_a_time, 1)),
        pin!(app.call(two_at_a_time, 2)),
        pin!(app.call(two_at_a_time, 3)),
    );
    assert!(poll(&mut one).await.is_pending() && poll(&mut two).await.is_pending());
    assert!(poll(&mut three).await.is_pending());
    app.clock().advance(Duration::from_secs(10));
    // its handler was not called, so it has not failed
    assert_eq!(three.await.unwrap_err().kind, FailureKind::Overload);
    assert_eq!(one.await.unwrap_err().kind, FailureKind::Deadline);
    assert_eq!(two.await.unwrap_err().kind, FailureKind::Deadline);
    // none of the three has taken a place with it
    gate.open();
    assert_eq!(app.call(two_at_a_time, 4).await.unwrap(), 4);
}

#[tokio::test]
async fn an_event_waits_for_its_turn_in_the_rate() {
    let (app, _) = started().await;
    assert_eq!(app.call(paced, 1).await.unwrap(), 1);
    assert_eq!(app.call(paced, 2).await.unwrap(), 2);
    let (mut three, mut four) = (pin!(app.call(paced, 3)), pin!(app.call(paced, 4)));
    assert!(poll(&mut three).await.is_pending() && poll(&mut four).await.is_pending());
    app.clock().advance(Duration::from_millis(500));
    assert!(matches!(poll(&mut three).await, Poll::Ready(Ok(3))));
    assert!(poll(&mut four).await.is_pending());
    app.clock().advance(Duration::from_millis(500));
    assert_eq!(four.await.unwrap(), 4);
}

#[tokio::test]
async fn an_event_that_is_given_up_leaves_its_turn_to_the_next() {
    let (app, _) = started().await;
    assert_eq!(app.call(paced, 1).await.unwrap(), 1);
    assert_eq!(app.call(paced, 2).await.unwrap(), 2);
    for number in 3..100 {
        let mut given_up = pin!(app.call(paced, number));
        assert!(poll(&mut given_up).await.is_pending());
    }
    let mut next = pin!(app.call(paced, 100));
    assert!(poll(&mut next).await.is_pending());
    app.clock().advance(Duration::from_millis(500));
    assert!(matches!(poll(&mut next).await, Poll::Ready(Ok(100))));
}

#[tokio::test]
async fn an_event_does_not_wait_for_a_turn_that_comes_after_its_deadline() {
    let (app, _) = started().await;
    assert_eq!(app.call(hardly_ever, 1).await.unwrap(), 1);
    for number in 2..100 {
        let mut refused = pin!(app.call(hardly_ever, number));
        let Poll::Ready(Err(failure)) = poll(&mut refused).await else {
            panic!("it waits");
        };
        assert_eq!(failure.kind, FailureKind::Overload);
        assert_eq!(
            failure.message,
            "the function's `rate` has no place for another 60s, and the invocation has 30s left"
        );
    }
    app.clock().advance(Duration::from_secs(60));
    assert_eq!(app.call(hardly_ever, 100).await.unwrap(), 100);
}

//! Deadlines by the application's clock: the answer comes, the handler is given up.

use std::sync::Arc;
use std::time::Duration;

use faas::FailureKind;
use faas::testing::TestApp;
use futures_util::future::{Either, select};
use std::pin::pin;

use super::{Gate, Journal, app, get};

mod functions {
    use std::sync::Arc;

    use faas::State;

    use super::super::{Gate, Journal};

    /// Notes that the handler was given up.
    struct Dropped(Arc<Journal>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.note("dropped");
        }
    }

    #[faas::invoke(timeout = "2s")]
    pub(super) async fn hang(gate: State<Arc<Gate>>, State(journal): State<Journal>) {
        let _dropped = Dropped(journal);
        gate.pass().await;
    }

    #[faas::http(GET, "/hang", timeout = "2s")]
    async fn hang_over_http(
        gate: State<Arc<Gate>>,
        State(journal): State<Journal>,
    ) -> &'static str {
        let _dropped = Dropped(journal);
        gate.pass().await;
        "done"
    }

    #[faas::invoke]
    pub(super) async fn patient(gate: State<Arc<Gate>>) {
        gate.pass().await;
    }
}

use functions::{hang, patient};

async fn started() -> (TestApp, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let app = app(module_path!(), "functions")
        .given(Arc::clone(&gate))
        .given(Journal::default())
        .start()
        .await;
    (app, gate)
}

#[tokio::test]
async fn an_invocation_past_its_deadline_fails() {
    let (app, gate) = started().await;
    let late = async {
        gate.entered().await;
        app.clock().advance(Duration::from_secs(2));
    };
    let (answer, ()) = tokio::join!(app.call(hang, ()), late);
    let failure = answer.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadline);
    assert_eq!(failure.name, "Timeout");
    assert_eq!(failure.message, "no answer within 2s");
    assert_eq!(app.resource::<Journal>().unwrap().read(), ["dropped"]);
    assert_eq!(app.clock().sleepers(), 0);
}

#[tokio::test]
async fn a_request_past_its_deadline_is_answered_504() {
    let (app, gate) = started().await;
    let late = async {
        gate.entered().await;
        app.clock().advance(Duration::from_secs(2));
    };
    let (answer, ()) = tokio::join!(app.http(get("/hang")), late);
    assert_eq!(answer.status(), 504);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.text(), r#"{"title":"Gateway Timeout","status":504}"#);
    assert_eq!(app.resource::<Journal>().unwrap().read(), ["dropped"]);
}

#[tokio::test]
async fn a_moment_before_the_deadline_is_time_enough() {
    let (app, gate) = started().await;
    let nearly = async {
        gate.entered().await;
        app.clock().advance(Duration::from_millis(1_999));
        gate.open();
    };
    let (answer, ()) = tokio::join!(app.call(hang, ()), nearly);
    answer.unwrap();
    assert_eq!(app.clock().sleepers(), 0, "a timer is left behind");
}

#[tokio::test]
async fn without_a_timeout_there_is_no_deadline() {
    let (app, gate) = started().await;
    let call = pin!(app.call(patient, ()));
    let a_week = pin!(async {
        gate.entered().await;
        app.clock().advance(Duration::from_hours(7 * 24));
    });
    let Either::Right(((), call)) = select(call, a_week).await else {
        panic!("it ended before anybody opened the gate")
    };
    gate.open();
    call.await.unwrap();
}

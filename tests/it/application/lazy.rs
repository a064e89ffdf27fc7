//! Lazy resources: built by the first invocation that needs one, once, and tried again after a failure.

use std::sync::Arc;
use std::time::Duration;

use faas::FailureKind;
use futures_util::future::join_all;

use super::{Gate, Journal, app, get};

mod functions {
    use std::sync::Arc;

    use faas::{Error, Json, State};

    use super::super::{Gate, Journal};

    pub(super) struct Index(pub(super) u32);

    /// Fails as often as it is told to, and waits where it is told to.
    #[faas::resource(lazy)]
    async fn index(journal: State<Journal>, orders: State<Orders>) -> Result<Index, Error> {
        journal.note("index");
        if let Some(gate) = &orders.gate {
            gate.pass().await;
        }
        if journal.count("index") <= orders.failures {
            return Err(Error::retry("the index is not there yet: secret=hunter2"));
        }
        assert!(
            journal.count("index") <= orders.panics_from,
            "the index broke"
        );
        Ok(Index(7))
    }

    /// What a test tells the resource to do.
    pub(super) struct Orders {
        pub(super) failures: usize,
        pub(super) panics_from: usize,
        pub(super) gate: Option<Arc<Gate>>,
    }

    #[faas::invoke(timeout = "10s")]
    pub(super) async fn look(State(index): State<Index>) -> Json<u32> {
        Json(index.0)
    }

    #[faas::http(GET, "/look", timeout = "10s")]
    async fn over_http(State(index): State<Index>) -> String {
        index.0.to_string()
    }

    #[faas::invoke]
    pub(super) async fn elsewhere() {}
}

use functions::{Orders, elsewhere, look};

const WHOLE: Orders = Orders {
    failures: 0,
    panics_from: usize::MAX,
    gate: None,
};

async fn started(orders: Orders) -> faas::testing::TestApp {
    let app = app(module_path!(), "functions")
        .given(Journal::default())
        .given(orders);
    app.start().await
}

fn built(app: &faas::testing::TestApp) -> usize {
    app.resource::<Journal>().unwrap().count("index")
}

#[tokio::test]
async fn nothing_is_built_until_a_function_needs_it() {
    let app = started(WHOLE).await;
    app.call(elsewhere, ()).await.unwrap();
    assert_eq!(built(&app), 0);
    assert!(app.resource::<functions::Index>().is_none());
    assert_eq!(app.call(look, ()).await.unwrap(), 7);
    assert_eq!(app.http(get("/look")).await.text(), "7");
    assert_eq!(built(&app), 1);
}

#[tokio::test]
async fn invocations_at_once_share_one_construction() {
    let gate = Arc::new(Gate::default());
    let app = started(Orders {
        gate: Some(Arc::clone(&gate)),
        ..WHOLE
    })
    .await;
    let events = join_all((0..20).map(|_| app.call(look, ())));
    let requests = join_all((0..20).map(|_| app.http(get("/look"))));
    let opened = async {
        gate.entered().await;
        // all of them wait by now, since nothing else makes a step
        gate.open();
    };
    let (events, requests, ()) = tokio::join!(events, requests, opened);
    assert!(events.into_iter().all(|answer| answer.unwrap() == 7));
    assert!(requests.iter().all(|answer| answer.text() == "7"));
    assert_eq!(built(&app), 1);
}

#[tokio::test]
async fn a_failure_is_that_of_the_invocation_and_the_next_one_tries_again() {
    let app = started(Orders {
        failures: 2,
        ..WHOLE
    })
    .await;
    let failure = app.call(look, ()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Retry);
    assert!(
        failure.message.contains("(`index` at"),
        "{}",
        failure.message
    );
    assert!(
        failure.message.contains("the index is not there yet"),
        "{}",
        failure.message
    );
    let answer = app.http(get("/look")).await;
    assert_eq!(answer.status(), 500);
    assert_eq!(
        answer.text(),
        r#"{"title":"Internal Server Error","status":500}"#
    );
    assert_eq!(app.call(look, ()).await.unwrap(), 7);
    assert_eq!(built(&app), 3);
}

#[tokio::test]
async fn a_panic_is_a_failure_too() {
    let app = started(Orders {
        failures: 1,
        panics_from: 1,
        gate: None,
    })
    .await;
    app.call(look, ()).await.unwrap_err();
    let failure = app.call(look, ()).await.unwrap_err();
    assert!(
        failure.message.contains("it panicked: the index broke"),
        "{}",
        failure.message
    );
    assert_eq!(app.http(get("/look")).await.status(), 500);
}

#[tokio::test]
async fn a_construction_past_the_deadline_holds_nobody_up() {
    let gate = Arc::new(Gate::default());
    let app = started(Orders {
        gate: Some(Arc::clone(&gate)),
        ..WHOLE
    })
    .await;
    let late = async {
        gate.entered().await;
        app.clock().advance(Duration::from_secs(10));
    };
    let (answer, ()) = tokio::join!(app.call(look, ()), late);
    assert_eq!(answer.unwrap_err().kind, FailureKind::Deadline);
    gate.open();
    assert_eq!(app.call(look, ()).await.unwrap(), 7);
    assert_eq!(built(&app), 2);
}

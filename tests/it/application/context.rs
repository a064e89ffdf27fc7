//! What a handler is told about its invocation.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Gate, app, get};

mod functions {
    use std::sync::Arc;
    use std::time::SystemTime;

    use faas::{Context, Json, State};
    use serde::{Deserialize, Serialize};
    use tokio::sync::mpsc;

    use super::super::Gate;

    #[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
    pub(super) struct Told {
        pub(super) id: String,
        pub(super) function: String,
        pub(super) trigger: String,
        pub(super) platform: String,
        pub(super) attempt: Option<u32>,
        pub(super) cold_start: bool,
        pub(super) cancelled: bool,
        pub(super) has_deadline: bool,
        pub(super) has_trace: bool,
        pub(super) tracestate: Option<String>,
        pub(super) has_credentials: bool,
    }

    fn tell(cx: &Context) -> Json<Told> {
        Json(Told {
            id: cx.invocation_id().to_owned(),
            function: cx.function().to_owned(),
            trigger: cx.trigger().to_owned(),
            platform: cx.platform().to_owned(),
            attempt: cx.attempt(),
            cold_start: cx.cold_start(),
            cancelled: cx.is_cancelled(),
            has_deadline: cx.remaining().is_some(),
            has_trace: cx.trace().is_some(),
            tracestate: cx
                .trace()
                .and_then(|trace| trace.tracestate())
                .map(str::to_owned),
            has_credentials: !cx.credentials().is_empty(),
        })
    }

    #[faas::invoke(name = "told")]
    pub(super) async fn invoked(cx: Context) -> Json<Told> {
        tell(&cx)
    }

    #[faas::http(GET, "/told")]
    async fn over_http(cx: Context) -> Json<Told> {
        tell(&cx)
    }

    /// The remaining time before and after the gate, and by how much the deadline moved meanwhile.
    #[faas::invoke(timeout = "10s")]
    pub(super) async fn timed(cx: Context, gate: State<Arc<Gate>>) -> Json<(u64, u64, bool)> {
        let left = || u64::try_from(cx.remaining().unwrap().as_millis()).unwrap();
        let (first, deadline): (u64, SystemTime) = (left(), cx.deadline().unwrap());
        gate.pass().await;
        Json((first, left(), cx.deadline().unwrap() == deadline))
    }

    pub(super) type Ended = mpsc::UnboundedSender<bool>;

    fn watch(cx: Context, ended: &Ended) {
        let ended = ended.clone();
        tokio::spawn(async move {
            cx.cancelled().await;
            ended.send(cx.is_cancelled()).unwrap();
        });
    }

    #[faas::invoke(timeout = "10s")]
    pub(super) async fn watched(
        cx: Context,
        ended: State<Ended>,
        gate: State<Arc<Gate>>,
    ) -> Json<bool> {
        watch(cx.clone(), &ended);
        gate.pass().await;
        Json(cx.is_cancelled())
    }

    #[faas::http(GET, "/watched", timeout = "10s")]
    async fn watched_over_http(
        cx: Context,
        ended: State<Ended>,
        gate: State<Arc<Gate>>,
    ) -> &'static str {
        watch(cx, &ended);
        gate.pass().await;
        "done"
    }
}

use functions::{Ended, Told, invoked, timed, watched};
use tokio::sync::mpsc;

struct Running {
    app: faas::testing::TestApp,
    gate: Arc<Gate>,
    ended: mpsc::UnboundedReceiver<bool>,
}

async fn running() -> Running {
    let gate = Arc::new(Gate::default());
    let (sender, ended) = mpsc::unbounded_channel::<bool>();
    let sender: Ended = sender;
    let app = app(module_path!(), "functions")
        .given(Arc::clone(&gate))
        .given(sender)
        .platform("paper")
        .start()
        .await;
    Running { app, gate, ended }
}

#[tokio::test]
async fn a_context_tells_where_it_is() {
    let Running { app, .. } = running().await;
    let first: Told = app.call(invoked, ()).await.unwrap();
    let expected = Told {
        id: first.id.clone(),
        function: "told".to_owned(),
        trigger: "invoke".to_owned(),
        platform: "paper".to_owned(),
        attempt: None,
        cold_start: true,
        cancelled: false,
        has_deadline: false,
        has_trace: false,
        tracestate: None,
        has_credentials: false,
    };
    assert_eq!(first, expected);
    let second: Told = app.http(get("/told")).await.json();
    let expected = Told {
        id: second.id.clone(),
        function: "over_http".to_owned(),
        trigger: "http".to_owned(),
        cold_start: false,
        ..expected
    };
    assert_eq!(second, expected);
}

#[tokio::test]
async fn every_invocation_has_an_id_of_its_own() {
    let Running { app, .. } = running().await;
    let mut ids = HashSet::new();
    for _ in 0..50 {
        ids.insert(app.call(invoked, ()).await.unwrap().id);
        ids.insert(app.http(get("/told")).await.json::<Told>().id);
    }
    assert_eq!(ids.len(), 100);
}

#[tokio::test]
async fn a_traceparent_counts_only_in_its_exact_form() {
    let Running { app, .. } = running().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let cases = [
        (format!("00-{trace}-b7ad6b7169203331-01"), true),
        (format!("00-{trace}-b7ad6b7169203331-00"), true),
        (
            format!("00-{}-b7ad6b7169203331-01", trace.to_uppercase()),
            false,
        ),
        (format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), false),
        (format!("00-{trace}-0000000000000000-01"), false),
        (format!("ff-{trace}-b7ad6b7169203331-01"), false),
        (format!("00-{trace}-b7ad6b7169203331"), false),
        (format!("00-{trace}-b7ad6b7169203331-01-x"), false),
        (" ".to_owned(), false),
    ];
    for (header, expected) in cases {
        let request = http::Request::get("/told")
            .header("traceparent", &header)
            .header("tracestate", "shop=1");
        let told: Told = app.http(request.body("").unwrap()).await.json();
        assert_eq!(told.has_trace, expected, "{header}");
        let state = expected.then_some("shop=1");
        assert_eq!(told.tracestate.as_deref(), state, "{header}");
    }
}

#[tokio::test]
async fn the_remaining_time_goes_down_and_the_deadline_stays() {
    let Running { app, gate, .. } = running().await;
    let moved = async {
        gate.entered().await;
        app.clock().advance(Duration::from_millis(4_250));
        gate.open();
    };
    let (answer, ()) = tokio::join!(app.call(timed, ()), moved);
    assert_eq!(answer.unwrap(), (10_000, 5_750, true));
}

#[tokio::test]
async fn tasks_of_a_handler_hear_of_its_end() {
    let Running {
        app,
        gate,
        mut ended,
    } = running().await;
    let open = async {
        gate.entered().await;
        gate.open();
    };
    let (answer, ()) = tokio::join!(app.call(watched, ()), open);
    assert!(!answer.unwrap(), "over before its end");
    assert_eq!(ended.recv().await, Some(true));

    let open = async {
        gate.entered().await;
        gate.open();
    };
    let (answer, ()) = tokio::join!(app.http(get("/watched")), open);
    assert_eq!(answer.text(), "done");
    assert_eq!(ended.recv().await, Some(true));
}

#[tokio::test]
async fn tasks_of_a_handler_hear_of_its_deadline_and_of_a_client_that_went_away() {
    let Running {
        app,
        gate,
        mut ended,
    } = running().await;
    let late = async {
        gate.entered().await;
        app.clock().advance(Duration::from_secs(10));
    };
    let (answer, ()) = tokio::join!(app.call(watched, ()), late);
    answer.unwrap_err();
    assert_eq!(ended.recv().await, Some(true));

    tokio::select! {
        _ = app.http(get("/watched")) => panic!("nobody opened the gate"),
        () = gate.entered() => {}
    }
    assert_eq!(ended.recv().await, Some(true));
    assert_eq!(app.application().in_flight(), 0);
}

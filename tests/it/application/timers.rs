//! Timer functions: what a tick tells, and which function it is for.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use faas::testing::{Settled, Settlement, TestApp};
use faas::{FailureKind, Tick};
use faas_runtime_shim::invocation::{Address, Arrival, Facts, Input, Item, Payload};
use faas_runtime_shim::settle::Form;

use super::{Journal, app};

mod functions {
    use std::sync::Arc;

    use faas::extract::FromPayload;
    use faas::{ClientAddr, Config, Context, Error, RequestContext, State, Tick};

    use super::super::Journal;

    #[faas::config("report")]
    pub(super) struct Report {
        #[serde(default)]
        pub(super) title: String,
    }

    #[faas::timer("0 3 * * *", timezone = "Asia/Shanghai")]
    pub(super) async fn nightly(
        cx: Context,
        tick: Tick,
        Config(report): Config<Report>,
        State(journal): State<Journal>,
        context: Option<RequestContext>,
        client: Option<ClientAddr>,
    ) -> Result<(), Error> {
        assert!(context.is_none() && client.is_none());
        let note = |journal: &Arc<Journal>, text: String| journal.note(text);
        note(&journal, format!("{} {}", cx.trigger(), cx.function()));
        note(&journal, format!("{} {}", tick.timer, report.title));
        let shards = Option::<Vec<u32>>::from_payload(tick.payload)?;
        note(&journal, format!("{} missed, {shards:?}", tick.missed));
        Ok(())
    }

    #[faas::timer(every = "5m")]
    pub(super) fn refresh() -> Result<(), Error> {
        Err(Error::retry_after(
            std::time::Duration::from_secs(3),
            "stale for good",
        ))
    }

    #[faas::timer("@daily")]
    pub(super) async fn due(tick: Tick, journal: State<Journal>) {
        let since = tick.due.duration_since(std::time::UNIX_EPOCH);
        journal.note(since.unwrap().as_secs().to_string());
    }
}

use functions::{due, nightly, refresh};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.set("report.title", "Sales").start().await
}

fn notes(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

fn tick(payload: &'static str) -> Tick {
    Tick {
        timer: "nightly".into(),
        due: UNIX_EPOCH,
        schedule: None,
        timezone: None,
        missed: 2,
        payload: Payload::json(payload),
    }
}

/// A tick as a platform sends it.
async fn arrives(app: &TestApp, timer: Option<&str>, tick: Tick) -> Settled {
    let arrival = Arrival {
        address: Address::Timer(timer.map(Into::into)),
        item: Item::new(Input::Tick(Box::new(tick))),
    };
    let application = app.application();
    let settled = application.deliver(Facts::default(), vec![arrival], Form::Acknowledged);
    settled.await.remove(0)
}

#[tokio::test]
async fn a_tick_stands_beside_parameters_of_all_triggers() {
    let app = started().await;
    let settled = app.tick(nightly).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    assert_eq!(
        notes(&app),
        ["timer nightly", "nightly Sales", "0 missed, None"]
    );
}

#[tokio::test]
async fn a_tick_by_hand_is_due_now() {
    let app = started().await;
    app.clock().advance(Duration::from_secs(60));
    assert!(app.tick(due).await.outcome.is_ok());
    let now = app.application().clock().wall();
    let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert_eq!(notes(&app), [seconds(now).to_string()]);
}

#[tokio::test]
async fn what_a_schedule_sends_along_is_data() {
    let app = started().await;
    let settled = arrives(&app, Some("nightly"), tick("[1, 2]")).await;
    assert_eq!(settled.settlement, Settlement::Acknowledge);
    assert_eq!(notes(&app)[2], "2 missed, Some([1, 2])");
    let settled = arrives(&app, Some("nightly"), tick("\"all\"")).await;
    assert_eq!(settled.outcome.unwrap_err().kind, FailureKind::Reject);
}

#[tokio::test]
async fn a_failure_comes_back_with_its_kind() {
    let app = started().await;
    let settled = app.tick(refresh).await;
    let delay = Duration::from_secs(3);
    assert_eq!(settled.settlement, Settlement::Redeliver { after: delay });
    let failure = settled.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::RetryAfter(delay));
    let pushed = arrives(&app, Some("refresh"), tick("null")).await;
    assert_eq!(pushed.settlement, Settlement::Fail);
}

#[tokio::test]
async fn a_timer_is_found_by_the_name_of_its_binding_or_of_its_function() {
    let app = app(module_path!(), "functions").given(Journal::default());
    let app = app.set("timers.nightly.name", "report-3am").start().await;
    assert!(
        arrives(&app, Some("report-3am"), tick("null"))
            .await
            .outcome
            .is_ok()
    );
    let failure = arrives(&app, Some("report-4am"), tick("null")).await;
    let failure = failure.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    for part in [
        "the timer `report-4am`",
        "timers.NAME.name",
        "nightly (timer `report-3am`)",
    ] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
}

#[tokio::test]
async fn a_timer_without_a_name_goes_to_the_only_function() {
    let app = started().await;
    let failure = arrives(&app, None, tick("null")).await.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    assert!(failure.message.contains("FAAS_FUNCTION"), "{failure:?}");
    let one = super::app(module_path!(), "functions").given(Journal::default());
    let one = one.select("due").start().await;
    assert!(arrives(&one, None, tick("null")).await.outcome.is_ok());
}

#[tokio::test]
#[should_panic(expected = "is not annotated with #[faas::timer]")]
async fn a_fn_without_the_annotation_fails_the_test() {
    async fn plain() {}
    started().await.tick(plain).await;
}

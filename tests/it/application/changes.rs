//! Binlog functions: rows before and after, decoded.

use std::time::{Duration, UNIX_EPOCH};

use faas::testing::{Settled, Settlement, TestApp};
use faas::{Change, FailureKind};
use faas_runtime_shim::invocation::{
    Address, Arrival, ChangeEvent, ChangeKind, Facts, Input, Item, RawJson,
};
use faas_runtime_shim::settle::Form;

use super::{Journal, app};

mod functions {
    use faas::{Change, Context, State};
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    use super::super::Journal;

    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    pub(super) struct Order {
        pub(super) id: u64,
        pub(super) items: Vec<u32>,
    }

    #[faas::binlog("shop.orders", on = [insert, update])]
    pub(super) async fn mirror(cx: Context, change: Change<Order>, journal: State<Journal>) {
        let id = |order: Option<Order>| order.map(|order| order.id);
        journal.note(format!(
            "{} {:?} {:?} -> {:?}",
            cx.trigger(),
            change.kind,
            id(change.before),
            id(change.after)
        ));
    }

    #[faas::binlog("shop.orders", on = delete)]
    pub(super) async fn forget(change: Change<Value>, journal: State<Journal>) {
        let Change {
            table,
            key,
            position,
            time,
            before,
            after,
            ..
        } = change;
        journal.note(format!(
            "{table} {key:?} {position:?} {time:?} {before:?} {after:?}"
        ));
    }

    #[faas::binlog("users")]
    pub(super) async fn any_change(journal: State<Journal>) {
        journal.note("users");
    }
}

use functions::{Order, forget, mirror};

async fn started() -> TestApp {
    let app = app(module_path!(), "functions").given(Journal::default());
    app.start().await
}

fn notes(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

fn order(id: u64) -> Order {
    Order { id, items: vec![] }
}

/// A change as a feed tells it.
async fn arrives(app: &TestApp, table: &str, kind: ChangeKind, after: &'static str) -> Settled {
    let arrival = arrival(table, kind, after);
    let application = app.application();
    let settled = application.deliver(Facts::default(), vec![arrival], Form::PartialBatches);
    settled.await.remove(0)
}

fn arrival(table: &str, kind: ChangeKind, after: &'static str) -> Arrival {
    let change = ChangeEvent {
        table: table.into(),
        kind,
        key: None,
        before: None,
        after: Some(RawJson::parse(after).unwrap()),
        position: Some("0/17".into()),
        time: None,
    };
    Arrival {
        address: Address::Binlog(table.into()),
        item: Item::new(Input::Change(Box::new(change))),
    }
}

#[tokio::test]
async fn rows_are_decoded_on_both_sides() {
    let app = started().await;
    for change in [Change::insert(order(1)), Change::update(order(1), order(2))] {
        let settled = app.change(mirror, change).await;
        assert_eq!(settled.settlement, Settlement::Acknowledge);
    }
    assert_eq!(
        notes(&app),
        [
            "binlog Insert None -> Some(1)",
            "binlog Update Some(1) -> Some(2)"
        ]
    );
}

#[tokio::test]
async fn a_deleted_row_has_no_values_after() {
    let app = started().await;
    let change = Change {
        key: Some(7.into()),
        position: Some("0/17".into()),
        time: Some(UNIX_EPOCH + Duration::from_secs(1)),
        ..Change::delete(serde_json::json!({"id": 7}))
    };
    let time = format!("{:?}", change.time);
    app.change(forget, change).await;
    let before = r#"Some(Object {"id": Number(7)}) None"#;
    assert_eq!(
        notes(&app),
        [format!(
            "shop.orders Some(Number(7)) Some(\"0/17\") {time} {before}"
        )]
    );
}

#[tokio::test]
async fn a_row_of_another_shape_is_rejected_with_its_place() {
    let app = started().await;
    let row = r#"{"id": 7, "items": [1, "2"]}"#;
    let settled = arrives(&app, "shop.orders", ChangeKind::Insert, row).await;
    assert_eq!(settled.settlement, Settlement::Fail);
    let failure = settled.outcome.unwrap_err();
    assert_eq!(
        (failure.kind, &*failure.name),
        (FailureKind::Reject, "InvalidPayload")
    );
    for part in ["row after", "`shop.orders`", "`0/17`", "`items[1]`"] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
    assert!(notes(&app).is_empty());
}

#[tokio::test]
async fn a_side_that_is_null_is_not_there() {
    let app = started().await;
    arrives(&app, "shop.orders", ChangeKind::Update, "null").await;
    assert_eq!(notes(&app), ["binlog Update None -> None"]);
}

#[tokio::test]
async fn each_kind_goes_to_the_function_that_wants_it() {
    let app = started().await;
    let kinds = [ChangeKind::Insert, ChangeKind::Update, ChangeKind::Delete];
    for kind in kinds {
        arrives(&app, "shop.orders", kind, r#"{"id": 1, "items": []}"#).await;
        arrives(&app, "users", kind, "{}").await;
    }
    let notes = notes(&app);
    let (orders, users): (Vec<_>, Vec<_>) = notes.iter().partition(|note| *note != "users");
    assert_eq!(users.len(), 3);
    assert!(orders[0].contains("Insert") && orders[1].contains("Update"));
    assert!(orders[2].starts_with("shop.orders None"), "{orders:?}");
}

#[tokio::test]
async fn a_kind_that_nobody_wants_is_no_failure_and_a_table_that_nobody_knows_is_one() {
    let app = app(module_path!(), "functions").given(Journal::default());
    let app = app.select("mirror").start().await;
    let settled = arrives(&app, "shop.orders", ChangeKind::Delete, "{}").await;
    assert!(settled.outcome.is_ok() && settled.function.is_none());
    let settled = arrives(&app, "shop.users", ChangeKind::Delete, "{}").await;
    let failure = settled.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unroutable);
    for part in [
        "the table `shop.users`",
        "binlogs.NAME.name",
        "mirror (binlog `shop.orders`)",
    ] {
        assert!(failure.message.contains(part), "{}", failure.message);
    }
}

#[tokio::test]
async fn two_functions_of_one_feed_keep_its_order() {
    let app = started().await;
    let table = "shop.orders";
    let feed = |lane: &str, kind, after| {
        let mut arrival = arrival(table, kind, after);
        arrival.item.lane = Some(lane.into());
        arrival
    };
    let (insert, delete) = (ChangeKind::Insert, ChangeKind::Delete);
    let arrivals = vec![
        feed("one", insert, r#"{"id":1,"items":[]}"#),
        feed("two", delete, "null"),
        feed("one", insert, r#"{"id":"no number"}"#),
        feed("one", delete, "null"),
        feed("two", insert, r#"{"id":2,"items":[]}"#),
    ];
    let settled = app
        .application()
        .deliver(Facts::default(), arrivals, Form::PartialBatches)
        .await;
    let failures: Vec<_> = settled
        .iter()
        .map(|settled| settled.outcome.as_ref().err().map(|failure| failure.kind))
        .collect();
    let (reject, behind) = (FailureKind::Reject, FailureKind::NotAttempted);
    assert_eq!(failures, [None, None, Some(reject), Some(behind), None]);
    assert_eq!(notes(&app).len(), 3);
}

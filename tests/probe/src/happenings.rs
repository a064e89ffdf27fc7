//! Timers, objects and tables.

use std::time::UNIX_EPOCH;

use faas::{Change, Context, Error, ObjectEvent, State, Tick};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::seen::Seen;
use super::work::Task;

#[faas::timer("53 16 8 10 *", name = "my-scheduled-rule")]
async fn scheduled(tick: Tick, cx: Context, State(seen): State<Seen>) {
    seen.note(ticked(&tick, &cx));
}

#[faas::timer(every = "5m")]
async fn broken(tick: Tick, cx: Context, State(seen): State<Seen>) -> Result<(), Error> {
    seen.note(ticked(&tick, &cx));
    Task::Fail.perform().await
}

fn ticked(tick: &Tick, cx: &Context) -> Value {
    let due = tick.due.duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({ "function": cx.function(), "timer": tick.timer, "due": due.as_secs(), "missed": tick.missed })
}

#[faas::object("sourcebucket")]
async fn sourcebucket(object: ObjectEvent, cx: Context, State(seen): State<Seen>) {
    seen.note(happened(&object, &cx));
}

/// Does what the first segment of the key says.
#[faas::object("uploads", on = created, suffix = ".txt")]
async fn uploads(object: ObjectEvent, cx: Context, State(seen): State<Seen>) -> Result<(), Error> {
    seen.note(happened(&object, &cx));
    Task::of_key(&object.key).perform().await
}

fn happened(object: &ObjectEvent, cx: &Context) -> Value {
    json!({
        "function": cx.function(),
        "bucket": object.bucket,
        "key": object.key,
        "kind": object.kind,
        "size": object.size,
        "version": object.version,
        "etag": object.etag,
    })
}

/// A row of the recorded table, of which each column has another type.
#[derive(Deserialize, Serialize)]
struct Row {
    key: String,
    val: String,
    #[serde(rename(deserialize = "IntegerNumber"))]
    integer: Option<i64>,
    #[serde(rename(deserialize = "String"))]
    text: Option<String>,
    #[serde(rename(deserialize = "Map"))]
    map: Option<Value>,
}

/// Does what the row's key says.
#[faas::binlog("Example-Table", on = [insert, update])]
async fn example_table(
    change: Change<Row>,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<(), Error> {
    seen.note(json!({
        "function": cx.function(),
        "table": change.table,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "position": change.position,
    }));
    let key = change.after.as_ref().map_or("", |row| &row.key);
    Task::of_key(key).perform().await
}

//! What management shows of queues, timers and tasks, as JSON. Pure.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::cloudevents::media_type::is_json;
use crate::rfc3339;
use crate::services::{QueueState, Shown, TaskStatus, TimerState};

pub(super) fn queue(state: &QueueState) -> Value {
    json!({
        "queue": state.queue,
        "function": state.function,
        "ready": state.ready,
        "delayed": state.delayed,
        "leased": state.leased,
        "dead": state.dead,
        "lag_ms": state.lag.map(|lag| u64::try_from(lag.as_millis()).unwrap_or(u64::MAX)),
        "limit": state.limit,
    })
}

pub(super) fn message(shown: &Shown) -> Value {
    let delivery = &shown.delivery;
    let attributes: Map<String, Value> = delivery
        .attributes
        .iter()
        .map(|(name, value)| (name.to_owned(), text(value)))
        .collect();
    let history: Vec<_> = shown
        .history
        .iter()
        .map(|failed| {
            json!({
                "attempt": failed.attempt,
                "at": time(failed.at),
                "kind": failed.kind,
                "message": failed.message,
            })
        })
        .collect();
    let mut view = json!({
        "id": delivery.id,
        "key": delivery.key.as_deref().map(text),
        "priority": shown.priority,
        "attempts": delivery.attempt,
        "sent": delivery.sent.map(time),
        "due": time(shown.due),
        "idempotency_key": delivery.idempotency_key,
        "attributes": attributes,
        "history": history,
    });
    let media_type = delivery.media_type.as_deref();
    content(&mut view, "body", delivery.body.as_deref(), media_type);
    if let Some(died) = shown.died {
        view["died"] = time(died);
        view["reason"] = json!(shown.reason);
    }
    view
}

pub(super) fn timer(state: &TimerState) -> Value {
    json!({
        "timer": state.function,
        "schedule": state.schedule,
        "timezone": state.timezone,
        "last": state.last.map(time),
        "next": state.next.iter().copied().map(time).collect::<Vec<_>>(),
    })
}

pub(super) fn task(status: &TaskStatus) -> Value {
    let failure = status.failure.as_ref();
    let mut view = json!({
        "id": status.id,
        "function": status.function,
        "state": status.state,
        "attempts": status.attempts,
        "progress": status.progress,
        "submitted": time(status.submitted),
        "started": status.started.map(time),
        "finished": status.finished.map(time),
        "due": status.due.map(time),
        "cancelling": status.cancelling,
        "failure": failure.map(|it| json!({ "kind": it.kind, "message": it.message })),
    });
    if let Some(result) = &status.result {
        let media_type = Some(&*result.media_type);
        content(&mut view, "result", Some(&result.body), media_type);
    }
    view
}

/// Shows bytes as what they are: a document, a text, or else in base64 under another name.
fn content(view: &mut Value, name: &str, bytes: Option<&[u8]>, media_type: Option<&str>) {
    let may_be_json = media_type.is_none_or(is_json);
    let document = bytes
        .filter(|_| may_be_json)
        .and_then(|bytes| serde_json::from_slice(bytes).ok());
    match (document, bytes) {
        (Some(document), _) => view[name] = document,
        (None, None) => view[name] = Value::Null,
        (None, Some(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => view[name] = json!(text),
            Err(_) => view[format!("{name}_base64")] = json!(STANDARD.encode(bytes)),
        },
    }
    view["media_type"] = json!(media_type);
}

fn text(bytes: &(impl AsRef<[u8]> + ?Sized)) -> Value {
    json!(String::from_utf8_lossy(bytes.as_ref()))
}

fn time(time: SystemTime) -> Value {
    json!(rfc3339::format(time))
}

//! Queues: deliveries that fail as they are told, one by one, in order, in whole batches.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use faas::{Batch, Context, Delivery, Error, Message, State};
use serde_json::{Value, json};

use super::seen::Seen;
use super::work::Work;

#[faas::queue("orders")]
pub(crate) async fn orders(
    Message(work): Message<Work>,
    delivery: Delivery,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<(), Error> {
    perform(work, &delivery, &cx, &seen).await
}

/// Its name on SQS ends with `.fifo`.
#[faas::queue("steps", ordered)]
async fn steps(
    Message(work): Message<Work>,
    delivery: Delivery,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<(), Error> {
    perform(work, &delivery, &cx, &seen).await
}

#[faas::queue("hasty", timeout = "50ms")]
async fn hasty(
    Message(work): Message<Work>,
    delivery: Delivery,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<(), Error> {
    perform(work, &delivery, &cx, &seen).await
}

#[faas::queue("parcels", dead_letter = "lost")]
async fn parcels(
    Message(work): Message<Work>,
    delivery: Delivery,
    cx: Context,
    State(seen): State<Seen>,
) -> Result<(), Error> {
    perform(work, &delivery, &cx, &seen).await
}

async fn perform(work: Work, delivery: &Delivery, cx: &Context, seen: &Seen) -> Result<(), Error> {
    seen.note(note(cx, delivery, json!({ "id": work.id })));
    work.task.perform().await
}

/// Reports on each delivery; a panic takes those along that have no report yet.
#[faas::queue("bulk")]
async fn bulk(batch: Batch<Work>, cx: Context, State(seen): State<Seen>) {
    for item in batch {
        match perform(item.value, item.report.delivery(), &cx, &seen).await {
            Ok(()) => item.report.done(),
            Err(error) => item.report.fail(error),
        }
    }
}

#[faas::queue("mytopic")]
async fn mytopic(
    Message(body): Message<Value>,
    delivery: Delivery,
    cx: Context,
    State(seen): State<Seen>,
) {
    seen.note(note(&cx, &delivery, json!({ "body": body })));
}

/// A note of a delivery, with what the handler has decoded of its body.
fn note(cx: &Context, delivery: &Delivery, mut told: Value) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = delivery.attributes.iter();
    let attributes: BTreeMap<_, _> = attributes
        .map(|(name, value)| (name.to_owned(), text(value)))
        .collect();
    told["function"] = cx.function().into();
    told["message"] = (*delivery.id).into();
    told["queue"] = (*delivery.queue).into();
    told["key"] = delivery.key.as_deref().map(text).into();
    told["attempt"] = cx.attempt().into();
    told["idempotency_key"] = cx.idempotency_key().into();
    told["sent_ms"] = delivery.sent.map(milliseconds).into();
    told["attributes"] = json!(attributes);
    told
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(u64::MAX)
}

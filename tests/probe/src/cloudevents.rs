//! CloudEvents: with a reply and without one, as the bytes that came and decoded.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use faas::extract::{FromPayload, Payload, ToPayload};
use faas::{Context, Error, Event, State};
use serde_json::{Value, json};

use super::seen::Seen;
use super::work::Work;

/// Any data with its media type, as it came.
struct Data(Payload);

impl FromPayload for Data {
    fn from_payload(payload: Payload) -> Result<Self, Error> {
        Ok(Self(payload))
    }
}

impl ToPayload for Data {
    fn to_payload(&self) -> Result<Payload, Error> {
        Ok(self.0.clone())
    }
}

/// Answers with the data, the subject and the extensions of what came.
#[faas::event("com.example.parrot")]
async fn parrot(event: Event<Data>, cx: Context, State(seen): State<Seen>) -> Event<Data> {
    seen.note(bytes(&event, &cx));
    let mut reply = Event::new("com.example.parroted", Data(event.data.0.clone()));
    for (name, value) in event.extensions() {
        reply = reply.with_extension(name, value);
    }
    match event.subject() {
        Some(subject) => reply.with_subject(subject),
        None => reply,
    }
}

#[faas::event("com.example.quiet")]
async fn quiet(event: Event<Data>, cx: Context, State(seen): State<Seen>) {
    seen.note(bytes(&event, &cx));
}

/// Does what the data says.
#[faas::event("com.example.work")]
async fn work(event: Event<Work>, cx: Context, State(seen): State<Seen>) -> Result<(), Error> {
    seen.note(came(&event, &cx, json!({ "data": event.data })));
    event.data.task.perform().await
}

#[faas::event("com.example.star.*")]
async fn star(event: Event<Data>, cx: Context, State(seen): State<Seen>) {
    seen.note(bytes(&event, &cx));
}

#[faas::event("com.example.star.one")]
async fn star_one(event: Event<Data>, cx: Context, State(seen): State<Seen>) {
    seen.note(bytes(&event, &cx));
}

/// What EventBridge tells of virtual machines.
#[faas::event("EC2 Instance State-change Notification")]
async fn instances(event: Event<Value>, cx: Context, State(seen): State<Seen>) {
    let data = event.data.clone();
    seen.note(came(&event, &cx, json!({ "data": data })));
}

fn bytes(event: &Event<Data>, cx: &Context) -> Value {
    let Payload { body, media_type } = &event.data.0;
    came(
        event,
        cx,
        json!({ "bytes": body.to_vec(), "content_type": media_type }),
    )
}

/// A note of an event, with what the handler has read of its data.
fn came<T>(event: &Event<T>, cx: &Context, mut note: Value) -> Value {
    let time = event
        .time()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let extensions: BTreeMap<_, _> = event.extensions().collect();
    note["function"] = cx.function().into();
    note["id"] = event.id().into();
    note["source"] = event.source().into();
    note["type"] = event.kind().into();
    note["subject"] = event.subject().into();
    note["time_us"] = time.map(|time| time.as_micros().to_string()).into();
    note["schema"] = event.schema().into();
    note["extensions"] = json!(extensions);
    note
}

//! Inputs made by hand: what `POST /invoke/{function}` and tests send, in a plain form for each trigger.
//!
//! | trigger | what is sent |
//! |---|---|
//! | `invoke`, `task` | the payload |
//! | `queue` | the body of one message |
//! | `timer` | anything: the due time is now |
//! | `object` | `{"key": "in/a.mp4", "kind": "created", "size": 3}`; without `kind` it is created |
//! | `binlog` | `{"kind": "insert", "after": {…}}`, `before` and `key` likewise |
//! | `event` | the event's data |
//!
//! Each but `invoke` takes a CloudEvent in structured mode as well: its data stands for what the table says.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Application, FunctionIndex};
use crate::cloudevents::{self, CloudEvent};
use crate::error::Error;
use crate::function::{EventSpec, Trigger};
use crate::invocation::{
    Batch, ChangeEvent, ChangeKind, Delivery, Input, InvocationId, ObjectEvent, ObjectKind,
    Payload, RawJson, Tick,
};

impl Application {
    /// Makes the input of a function of what somebody sends by hand.
    ///
    /// # Errors
    ///
    /// Fails for a payload that does not have the form of the function's trigger.
    pub fn by_hand(&self, function: FunctionIndex, payload: Payload) -> Result<Input, Error> {
        let state = self.state(function);
        Ok(match &state.function().trigger {
            Trigger::Http { .. }
            | Trigger::Mount { .. }
            | Trigger::Grpc { .. }
            | Trigger::GrpcMethod { .. }
            | Trigger::Thrift { .. }
            | Trigger::Invoke { .. }
            | Trigger::Task { .. } => Input::Payload(payload),
            Trigger::Queue { spec, .. } => {
                let mut delivery = delivery(spec.queue, payload)?;
                delivery.sent.get_or_insert_with(|| self.clock().wall());
                if spec.whole_batch {
                    Input::Batch(Batch::new(vec![delivery]))
                } else {
                    Input::Delivery(Box::new(delivery))
                }
            }
            Trigger::Timer { .. } => Input::Tick(Box::new(Tick {
                timer: state.name().into(),
                due: self.clock().wall(),
                schedule: None,
                timezone: None,
                missed: 0,
                payload: opened(payload)?.1,
            })),
            Trigger::Object { spec, .. } => {
                Input::Object(Box::new(object(spec.bucket, &opened(payload)?.1)?))
            }
            Trigger::Binlog { spec, .. } => {
                Input::Change(Box::new(change(spec.table, &opened(payload)?.1)?))
            }
            Trigger::Event { spec, .. } => Input::Event(Box::new(event(spec, payload)?)),
        })
    }
}

/// Takes the data out of a CloudEvent, if the payload is one.
fn opened(payload: Payload) -> Result<(Option<CloudEvent>, Payload), Error> {
    let media_type = payload.media_type.as_deref().unwrap_or_default();
    if !cloudevents::decode::is_of_cloudevents(media_type.as_bytes()) {
        return Ok((None, payload));
    }
    let mut event = cloudevents::decode::structured(payload.body)
        .map_err(|error| Error::reject(error).with_name("InvalidPayload"))?;
    let payload = Payload {
        body: event.data.take().unwrap_or_default(),
        media_type: event.data_content_type.clone().map(Cow::Owned),
    };
    Ok((Some(event), payload))
}

fn delivery(queue: &str, payload: Payload) -> Result<Delivery, Error> {
    let (event, payload) = opened(payload)?;
    let mut delivery = Delivery {
        id: own_id(),
        queue: queue.into(),
        body: Some(payload.body),
        media_type: payload.media_type,
        attempt: Some(1),
        ..Delivery::default()
    };
    let Some(event) = event else {
        return Ok(delivery);
    };
    delivery.sent = event.happened_at();
    delivery.idempotency_key = Some(event.idempotency_key().into());
    delivery.id = event.id.into();
    for (name, value) in event.extensions {
        match &*name {
            // CloudEvents, extension "Partitioning"
            "partitionkey" => delivery.key = Some(value.into()),
            _ => delivery.attributes.push(name, value),
        }
    }
    Ok(delivery)
}

fn own_id() -> Box<str> {
    InvocationId::own().as_str().into()
}

fn object(bucket: &str, payload: &Payload) -> Result<ObjectEvent, Error> {
    #[derive(Deserialize)]
    struct Sent {
        bucket: Option<Box<str>>,
        key: String,
        kind: Option<ObjectKind>,
        size: Option<u64>,
        version: Option<Box<str>>,
        etag: Option<Box<str>>,
    }
    let sent: Sent = decode(payload, r#"{"key": "…"}"#)?;
    Ok(ObjectEvent {
        bucket: sent.bucket.unwrap_or_else(|| bucket.into()),
        key: sent.key,
        kind: sent.kind.unwrap_or(ObjectKind::Created),
        size: sent.size,
        version: sent.version,
        etag: sent.etag,
        time: None,
        sequencer: None,
        path: None,
    })
}

fn change(table: &str, payload: &Payload) -> Result<ChangeEvent, Error> {
    #[derive(Deserialize)]
    struct Sent<'a> {
        kind: ChangeKind,
        #[serde(borrow)]
        key: Option<&'a RawValue>,
        #[serde(borrow)]
        before: Option<&'a RawValue>,
        #[serde(borrow)]
        after: Option<&'a RawValue>,
    }
    let sent: Sent<'_> = decode(payload, r#"{"kind": "insert", "after": {…}}"#)?;
    let raw = |value: Option<&RawValue>| {
        value.map(|value| RawJson::from_validated(payload.body.slice_ref(value.get().as_bytes())))
    };
    Ok(ChangeEvent {
        table: table.into(),
        kind: sent.kind,
        key: raw(sent.key),
        before: raw(sent.before),
        after: raw(sent.after),
        position: None,
        time: None,
    })
}

fn event(spec: &EventSpec, payload: Payload) -> Result<CloudEvent, Error> {
    let (event, payload) = opened(payload)?;
    if let Some(event) = event {
        let has_data = payload.media_type.is_some() || !payload.body.is_empty();
        return Ok(CloudEvent {
            data: has_data.then_some(payload.body),
            ..event
        });
    }
    Ok(CloudEvent {
        id: own_id().into(),
        source: spec.source.unwrap_or("by-hand").to_owned(),
        kind: spec.kind.trim_end_matches('*').to_owned(),
        data_content_type: payload.media_type.map(Cow::into_owned),
        data: (!payload.body.is_empty()).then_some(payload.body),
        ..CloudEvent::default()
    })
}

fn decode<'a, T: Deserialize<'a>>(payload: &'a Payload, form: &str) -> Result<T, Error> {
    serde_json::from_slice(&payload.body).map_err(|error| {
        Error::reject(format!("expected a JSON document such as {form}: {error}"))
            .with_name("InvalidPayload")
    })
}

//! EventBridge: timers, what S3 says through it, and events of everybody else.

use bytes::Bytes;
use serde_json::value::RawValue;

use super::super::super::wire::sources::eventbridge::{Event, Stored};
use super::{DecodeError, Str, json, s3, services, slice};
use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Arrival, Input, Item, ObjectEvent, ObjectKind, Payload, Tick};
use crate::rfc3339;

const OF: &str = "EventBridge";

pub(super) fn arrival(bytes: &Bytes) -> Result<Arrival, DecodeError> {
    let event: Event<'_> = json(OF, bytes)?;
    match (&*event.source, &*event.detail_type) {
        ("aws.scheduler", _) | ("aws.events", "Scheduled Event") => tick(bytes, &event),
        ("aws.s3", "Object Created") => object(event, ObjectKind::Created),
        ("aws.s3", "Object Deleted") => object(event, ObjectKind::Removed),
        _ => other(bytes, event),
    }
}

fn tick(bytes: &Bytes, event: &Event<'_>) -> Result<Arrival, DecodeError> {
    // `rule/<name>`, `rule/<bus>/<name>` or `schedule/<group>/<name>`
    let resource = first_resource(event);
    let name = resource.and_then(|arn| arn.rsplit(['/', ':']).next());
    let name = name.filter(|name| !name.is_empty());
    let time = event.time.as_deref().unwrap_or_default();
    let due = rfc3339::parse(time).ok_or_else(|| {
        DecodeError::value("time", "a time in the form of RFC 3339", time.as_bytes())
    })?;
    let tick = Tick {
        timer: name.unwrap_or_default().into(),
        due,
        schedule: None,
        timezone: None,
        missed: 0,
        payload: payload(bytes, event.detail),
    };
    Ok(Arrival {
        address: Address::Timer(name.map(Into::into)),
        item: Item {
            idempotency_key: Some((&*event.id).into()),
            ..Item::new(Input::Tick(Box::new(tick)))
        },
    })
}

/// The Scheduler writes the detail as text, with JSON in it (aws-lambda-dotnet, issue 1864).
fn payload(bytes: &Bytes, detail: Option<&RawValue>) -> Payload {
    let Some(detail) = detail else {
        return Payload::json(Bytes::from_static(b"null"));
    };
    let Ok(text) = serde_json::from_str::<Str<'_>>(detail.get()) else {
        return Payload::json(slice(bytes, detail));
    };
    if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() {
        return Payload::json(text.bytes_of(bytes));
    }
    Payload {
        body: text.bytes_of(bytes),
        media_type: Some("text/plain".into()),
    }
}

fn object(event: Event<'_>, kind: ObjectKind) -> Result<Arrival, DecodeError> {
    let detail = event.detail.map_or("null", RawValue::get);
    let Stored { bucket, object } = json("S3 through EventBridge", detail.as_bytes())?;
    let id = Some((*event.id).to_owned());
    let object = ObjectEvent {
        bucket: bucket.name.boxed(),
        key: object.key.boxed().into(),
        kind,
        size: object.size,
        version: object.version_id.map(Str::boxed),
        etag: object.etag.map(Str::boxed),
        time: event.time.and_then(|time| rfc3339::parse(&time)),
        sequencer: object.sequencer.map(Str::boxed),
        path: None,
    };
    Ok(s3::of_object(object, id))
}

fn other(bytes: &Bytes, event: Event<'_>) -> Result<Arrival, DecodeError> {
    let subject = first_resource(&event).and_then(services::subject);
    let mut made = CloudEvent::new(&*event.id, &*event.source, &*event.detail_type);
    made.subject = subject;
    made.time = event.time.map(|time| time.boxed().into());
    if let Some(detail) = event.detail {
        made.data_content_type = Some("application/json".to_owned());
        made.data = Some(slice(bytes, detail));
    }
    for (name, value) in [("account", event.account), ("region", event.region)] {
        if let Some(value) = value {
            made.extensions
                .insert(name.to_owned(), value.boxed().into());
        }
    }
    services::of_event(made)
}

fn first_resource<'a>(event: &'a Event<'_>) -> Option<&'a str> {
    let resources = event.resources.as_ref()?;
    resources.0.first().map(|arn| &**arn)
}

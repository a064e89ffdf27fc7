//! S3's notifications, sent directly or found inside of messages.
//!
//! What is neither a creation nor a removal (restores, replication, tags, access lists) is an event of the type that S3
//! names, from the source `aws.s3`: somebody has asked S3 for it, so it is loud if no function takes it.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::super::super::wire::sources::s3::{Event, Record, Test};
use super::super::source::{self, Source};
use super::super::{Event as Recognised, event as recognise};
use super::{DecodeError, Str, eventbridge, json, services, slice};
use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Arrival, Input, Item, ObjectEvent, ObjectKind};
use crate::rfc3339;

const OF: &str = "S3";

pub(super) fn arrivals(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    let Event { records } = json(OF, event)?;
    let records = records.0.into_iter();
    records.map(|record| arrival(event, record)).collect()
}

/// Finds what a store has said inside of a message; nothing of the test that it begins with. `None` if it is another
/// message.
pub(crate) fn inside(arrival: &Arrival) -> Option<Vec<Arrival>> {
    let Input::Delivery(delivery) = &arrival.item.input else {
        return None;
    };
    let body = delivery.body.as_ref()?;
    let Ok(Recognised::Other(source)) = recognise(body) else {
        return None;
    };
    let found = match source {
        Source::Records(source::Records::S3) => arrivals(body).ok()?,
        Source::EventBridge => vec![eventbridge::arrival(body).ok()?],
        _ => {
            let test: Test<'_> = json(OF, body).ok()?;
            return (&*test.event == "s3:TestEvent").then(Vec::new);
        }
    };
    let is_object = |found: &Arrival| matches!(found.address, Address::Object(_));
    if !found.iter().all(is_object) {
        return None;
    }
    let as_delivered = |mut found: Arrival| {
        found.item.lane.clone_from(&arrival.item.lane);
        found.item.attempt = arrival.item.attempt;
        found.item.trace.clone_from(&arrival.item.trace);
        found
    };
    Some(found.into_iter().map(as_delivered).collect())
}

fn arrival(event: &Bytes, value: &RawValue) -> Result<Arrival, DecodeError> {
    let record: Record<'_> = json(OF, value.get().as_bytes())?;
    let object = record.s3.object;
    let bucket = record.s3.bucket.name.boxed();
    let key = key(&object.key)?;
    let mark = object.sequencer.as_deref().or(record.event_time.as_deref());
    let Some(kind) = kind(&record.event_name) else {
        let mark = mark.ok_or(DecodeError::Missing {
            path: "Records.eventTime",
            expected: "a time or a sequencer",
        })?;
        // as it is encoded: in a key may stand what may not in an id
        let id = format!("{bucket}/{}#{mark}", &*object.key);
        return services::of_event(CloudEvent {
            subject: services::subject(&format!("{bucket}/{key}")),
            time: record.event_time.as_deref().and_then(services::time),
            data_content_type: Some("application/json".to_owned()),
            data: Some(slice(event, value)),
            ..CloudEvent::new(id, "aws.s3", &*record.event_name)
        });
    };
    let id = mark.map(|mark| format!("{bucket}/{key}#{mark}"));
    let object = ObjectEvent {
        bucket,
        key,
        kind,
        size: object.size,
        version: object.version_id.map(Str::boxed),
        etag: object.e_tag.map(Str::boxed),
        time: record.event_time.and_then(|time| rfc3339::parse(&time)),
        sequencer: object.sequencer.map(Str::boxed),
        path: None,
    };
    Ok(of_object(object, id))
}

pub(super) fn of_object(object: ObjectEvent, id: Option<String>) -> Arrival {
    Arrival {
        address: Address::Object(object.bucket.clone()),
        item: Item {
            idempotency_key: id.map(Into::into),
            ..Item::new(Input::Object(Box::new(object)))
        },
    }
}

/// The beginning counts: `ObjectRemoved:DeleteMarkerCreated` is a removal, and so is what a life cycle does, which
/// EventBridge calls one too.
fn kind(name: &str) -> Option<ObjectKind> {
    let kinds = [
        ("ObjectCreated:", ObjectKind::Created),
        ("ObjectRemoved:", ObjectKind::Removed),
        ("LifecycleExpiration:", ObjectKind::Removed),
    ];
    // inside of buckets' own settings the names begin with `s3:`
    let name = name.strip_prefix("s3:").unwrap_or(name);
    let found = kinds
        .iter()
        .find(|(beginning, _)| name.starts_with(beginning));
    found.map(|(_, kind)| *kind)
}

/// Keys come as in an HTML form, where a space is a plus (S3 User Guide, "Event message structure").
fn key(text: &str) -> Result<String, DecodeError> {
    let spaced = text.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(key) => Ok(key.into_owned()),
        Err(_) => Err(DecodeError::value(
            "s3.object.key",
            "UTF-8 in percent encoding",
            text.as_bytes(),
        )),
    }
}

//! Objects: what S3 and its like, Cloud Storage and Azure Storage say of them. Each bucket and key is told twice, in the
//! attributes and in the data; the data is read first, as its form is the better known.

use percent_encoding::percent_decode_str;

use super::super::wire::{AzureBlob, GoogleObject, MOST_RECORDS, S3Notification, S3Record};
use super::last_segment;
use crate::cloudevents::CloudEvent;
use crate::invocation::{Address, Arrival, Input, Item, ObjectEvent, ObjectKind};
use crate::rfc3339;

/// What the types of S3's events begin with (cloudevents/spec, "adapters/aws-s3.md"); S3's own name follows.
pub(super) const S3: &str = "com.amazonaws.s3.";

/// S3, and stores that speak as it does. The data is one record, or all of a notification.
pub(super) fn s3(event: &CloudEvent) -> Option<Vec<Arrival>> {
    let all: S3Notification = data(event);
    if all.records.is_empty() {
        return Some(vec![s3_record(event, data(event))?]);
    }
    if all.records.len() > MOST_RECORDS {
        return None;
    }
    let records = all.records.into_iter().enumerate();
    let arrivals = records.map(|(index, record)| {
        let mut arrival = s3_record(event, record)?;
        let key = format!("{}#{index}", event.idempotency_key());
        arrival.item.idempotency_key = Some(key.into());
        Some(arrival)
    });
    arrivals.collect()
}

fn s3_record(event: &CloudEvent, record: S3Record) -> Option<Arrival> {
    let name = record
        .event_name
        .as_deref()
        .or_else(|| event.kind.strip_prefix(S3))?;
    let kind = if name.starts_with("ObjectCreated:") {
        ObjectKind::Created
    } else if name.starts_with("ObjectRemoved:") || name.starts_with("LifecycleExpiration:") {
        ObjectKind::Removed
    } else {
        return None;
    };
    let object = record.s3.object;
    let key = match object.key {
        Some(key) => form_decoded(&key)?,
        None => event.subject.clone()?,
    };
    let time = record.event_time.as_deref().and_then(rfc3339::parse);
    arrival(ObjectEvent {
        // `<event source>.<region>.<bucket>`, of which only the last may have dots
        bucket: record
            .s3
            .bucket
            .name
            .or_else(|| event.source.splitn(3, '.').nth(2).map(Into::into))?,
        key,
        kind,
        size: object.size,
        version: object.version_id,
        etag: object.e_tag,
        time: time.or_else(|| event.happened_at()),
        sequencer: object.sequencer,
        path: None,
    })
}

/// Keys come as in an HTML form, where a space is a plus.
fn form_decoded(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// Source `//storage.googleapis.com/projects/_/buckets/<bucket>`, subject `objects/<name>`.
pub(super) fn google(event: &CloudEvent) -> Option<Vec<Arrival>> {
    let object: GoogleObject = data(event);
    let of_subject = || event.subject.as_deref()?.strip_prefix("objects/");
    let kind = if event.kind.ends_with(".deleted") {
        ObjectKind::Removed
    } else {
        ObjectKind::Created
    };
    let arrival = arrival(ObjectEvent {
        bucket: object
            .bucket
            .or_else(|| last_segment(&event.source).map(Into::into))?,
        key: object.name.or_else(|| of_subject().map(Into::into))?,
        kind,
        size: object.size.and_then(|size| size.parse().ok()),
        version: object.generation,
        etag: object.etag,
        time: event.happened_at(),
        sequencer: None,
        path: None,
    });
    Some(vec![arrival?])
}

/// Subject `/blobServices/default/containers/<container>/blobs/<name>`; the container is the bucket.
pub(super) fn azure(event: &CloudEvent) -> Option<Vec<Arrival>> {
    let (_, place) = event.subject.as_deref()?.split_once("/containers/")?;
    let (container, key) = place.split_once("/blobs/")?;
    let blob: AzureBlob = data(event);
    let kind = if event.kind.ends_with("Deleted") {
        ObjectKind::Removed
    } else {
        ObjectKind::Created
    };
    let arrival = arrival(ObjectEvent {
        bucket: container.into(),
        key: key.to_owned(),
        kind,
        // what is gone has no size, though its event says 0
        size: blob.content_length.filter(|_| kind == ObjectKind::Created),
        version: None,
        etag: blob.e_tag,
        time: event.happened_at(),
        sequencer: blob.sequencer,
        path: None,
    });
    Some(vec![arrival?])
}

/// Reads the data; of other data nothing is known.
fn data<T: Default + serde::de::DeserializeOwned>(event: &CloudEvent) -> T {
    let data = event.data.as_deref().unwrap_or_default();
    serde_json::from_slice(data).unwrap_or_default()
}

fn arrival(mut object: ObjectEvent) -> Option<Arrival> {
    if object.bucket.is_empty() || object.key.is_empty() {
        return None;
    }
    // HTTP writes entity tags in quotes, and some stores do here
    if let Some(tag) = &mut object.etag {
        *tag = tag.trim_matches('"').into();
    }
    Some(Arrival {
        address: Address::Object(object.bucket.clone()),
        item: Item::new(Input::Object(Box::new(object))),
    })
}

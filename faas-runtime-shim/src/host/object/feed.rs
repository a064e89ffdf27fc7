//! What happened to an object, on its way through the channel of its function. Pure.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::embedded::feed::{Channel, Feed};
use super::super::store::{Content, NewMessage, Note, Stored};
use crate::function::RetryPolicy;
use crate::invocation::{Input, Item, ObjectEvent, ObjectKind};
use crate::rfc3339;

/// Returns what a function's channel is called.
pub(super) fn name(function: &str) -> Box<str> {
    format!("{CHANNEL}{function}").into()
}

/// Before the function's name stands this.
pub(crate) const CHANNEL: &str = "object:";

/// Makes the channel of an object function.
pub(crate) fn channel(function: &str, at_once: usize) -> Channel {
    Channel {
        name: name(function),
        feed: Arc::new(Objects),
        at_once,
        whole_batch: None,
        ordered: true,
        retry: RetryPolicy::DEFAULT,
        dead_letter: None,
    }
}

/// An event as it is stored.
#[derive(Deserialize, Serialize)]
struct Wire {
    bucket: Box<str>,
    key: String,
    kind: ObjectKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequencer: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
}

/// Makes the message of an event. Those of one key are handled in their order.
pub(super) fn encode(event: &ObjectEvent) -> NewMessage {
    let wire = Wire {
        bucket: event.bucket.clone(),
        key: event.key.clone(),
        kind: event.kind,
        size: event.size,
        time: event.time.map(rfc3339::format),
        sequencer: event.sequencer.clone(),
        // one that is not UTF-8 cannot be written
        path: event.path.clone().filter(|path| path.to_str().is_some()),
    };
    let body = serde_json::to_vec(&wire).expect("texts and numbers can be written");
    // a file that is removed and made again may have the same time and size; it is another event all the same
    let sequencer = event.sequencer.as_deref().unwrap_or_default();
    let idempotency_key = format!("{}/{}@{sequencer}", event.bucket, event.key);
    NewMessage {
        content: Content {
            body: Some(body.into()),
            media_type: Some("application/json".into()),
            idempotency_key: Some(idempotency_key.into()),
            ..Content::default()
        },
        key: Some(event.key.clone().into_bytes().into()),
        ..NewMessage::default()
    }
}

/// The messages of an object function.
pub(super) struct Objects;

impl Feed for Objects {
    fn item(&self, message: &Stored) -> Result<Item, Note> {
        let body = message.content.body.as_deref().unwrap_or_default();
        let wire: Wire = serde_json::from_slice(body)
            .map_err(|error| Note::new("reject", &format!("no event of an object: {error}")))?;
        let event = ObjectEvent {
            bucket: wire.bucket,
            key: wire.key,
            kind: wire.kind,
            size: wire.size,
            version: None,
            etag: None,
            time: wire.time.as_deref().and_then(rfc3339::parse),
            sequencer: wire.sequencer,
            path: wire.path,
        };
        Ok(Item {
            attempt: Some(message.attempt),
            idempotency_key: message.content.idempotency_key.clone(),
            trace: message.content.trace.clone(),
            ..Item::new(Input::Object(Box::new(event)))
        })
    }
}

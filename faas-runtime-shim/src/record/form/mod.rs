//! The form of a recording: one JSON document for each invocation, for people to read and for [`again`](super::again) to run.
//!
//! It is a contract with folders of older versions: a change of what a member means is a new [`VERSION`]. What comes from the
//! canonical model is written in [`write`], and read back into it in [`read`].

mod content;
mod read;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

pub use self::content::{Content, Text};
pub(super) use self::read::Brought;
pub use self::read::Unusable;
pub(super) use self::write::Writer;
use crate::invocation::{ChangeKind, ObjectKind};
use crate::rfc3339;

/// The version of the form.
pub const VERSION: u32 = 1;

/// One invocation with what came of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Recording {
    /// The version of the form.
    #[serde(rename = "faas_recording")]
    pub version: u32,
    /// The function, if one took it.
    pub function: Option<String>,
    /// What invoked it.
    pub trigger: Option<String>,
    /// The platform.
    pub platform: String,
    /// When it began, in the form of RFC 3339.
    pub at: String,
    /// How long it took, by the application's clock.
    pub took_us: u64,
    /// Whether a body was longer than recordings keep: what was cut off cannot be run again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// What was known besides the input.
    pub facts: FactsForm,
    /// What came in.
    pub input: InputForm,
    /// What came of it.
    pub outcome: OutcomeForm,
    /// What was reported on each delivery of a batch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportForm>,
}

impl Recording {
    /// Returns when it began.
    #[must_use]
    pub fn began(&self) -> Option<SystemTime> {
        rfc3339::parse(&self.at)
    }
}

/// What an adapter or a source knew of an invocation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FactsForm {
    /// The invocation's id.
    pub id: String,
    /// Which attempt it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// What stays the same when the same thing is delivered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// The trace, as a header says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// What came beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracestate: Option<String>,
    /// How much time was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining_ms: Option<u64>,
    /// The address at the other end of the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// The task that it worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// The platform's request context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_context: Option<Content>,
    /// What the authoriser had found out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Content>,
    /// The address of the client as the platform saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_address: Option<String>,
    /// The front end's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The path as the public knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_path: Option<String>,
    /// What the caller of a direct invocation sent along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_context: Option<Content>,
    /// The name under which the platform knows the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// The tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
}

/// What came in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InputForm {
    /// A request.
    Http(HttpForm),
    /// A plain payload.
    Payload(PayloadForm),
    /// One message.
    Delivery(Box<DeliveryForm>),
    /// All messages of a batch.
    Batch(Vec<DeliveryForm>),
    /// A timer's due time.
    Tick(TickForm),
    /// What happened to an object.
    Object(ObjectForm),
    /// What happened to a row.
    Change(ChangeForm),
    /// An event.
    Event(EventForm),
}

/// Headers, trailers and attributes: names with values, in their order.
pub type Fields = Vec<(String, Text)>;

/// A request.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HttpForm {
    /// The method.
    pub method: String,
    /// The target.
    pub uri: String,
    /// The version, such as `HTTP/1.1`.
    pub version: String,
    /// The headers.
    pub headers: Fields,
    /// The body, as far as it was read.
    pub body: Content,
    /// The trailers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Fields,
    /// Whether the body was not read to its end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unread: bool,
}

/// Bytes with their media type.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PayloadForm {
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The bytes.
    pub body: Content,
}

/// One message.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DeliveryForm {
    /// The broker's id.
    pub id: String,
    /// Where it came from.
    pub queue: String,
    /// The ordering or partition key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    /// What the sender wrote beside the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Fields,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<String>,
    /// The media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The body; none in a tombstone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Content>,
    /// Which attempt it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// What stays the same when it is delivered again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// A timer's due time.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TickForm {
    /// The timer.
    pub timer: String,
    /// The planned time.
    pub due: String,
    /// The schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Its time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// How many due times had passed.
    pub missed: u32,
    /// What the schedule sent along.
    pub payload: PayloadForm,
}

/// What happened to an object.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ObjectForm {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// What happened.
    pub kind: ObjectKind,
    /// The size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The entity tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// What tells the order of two events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequencer: Option<String>,
    /// Its file on the machine that recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What happened to a row.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangeForm {
    /// The table.
    pub table: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Content>,
    /// The row before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Content>,
    /// The row after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Content>,
    /// The place in the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// When it was committed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

/// An event, by the names of CloudEvents.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventForm {
    /// The id.
    pub id: String,
    /// Where it happened.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it happened to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The media type of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacontenttype: Option<String>,
    /// The schema of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataschema: Option<String>,
    /// Further attributes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extensions: BTreeMap<String, String>,
    /// The data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Content>,
}

/// What came of an invocation.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutcomeForm {
    /// A response.
    Response(ResponseForm),
    /// A reply.
    Reply(ReplyForm),
    /// A failure.
    Failure(FailureForm),
    /// Nobody waited for it any more.
    Cancelled,
}

/// A response.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResponseForm {
    /// The status code.
    pub status: u16,
    /// The kind of the failure that it stands for, if the function came to no answer of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// The headers.
    pub headers: Fields,
    /// The body, as far as it was sent.
    pub body: Content,
    /// The trailers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trailers: Fields,
    /// Why the body broke off, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<FailureForm>,
}

/// A reply.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReplyForm {
    /// The media type.
    pub media_type: String,
    /// The body, as far as it was sent.
    pub body: Content,
    /// The event in place of a body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventForm>,
    /// Whether the body was sent while it was made.
    #[serde(default, skip_serializing_if = "is_false")]
    pub streamed: bool,
    /// Why the body broke off, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_off: Option<FailureForm>,
}

/// A failure.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FailureForm {
    /// What kind of failure, such as `retry_after`.
    pub kind: String,
    /// The delay that it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// Its short name.
    pub name: String,
    /// Its message.
    pub message: String,
    /// Where the handler panicked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What was reported on a delivery of a batch.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReportForm {
    /// Nothing.
    Missing,
    /// It is done.
    Done,
    /// It failed.
    Failure(FailureForm),
}

fn is_false(value: &bool) -> bool {
    !value
}

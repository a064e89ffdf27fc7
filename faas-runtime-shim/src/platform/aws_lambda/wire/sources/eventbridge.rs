//! EventBridge and its Scheduler (EventBridge User Guide, "Events in Amazon EventBridge"; S3 User Guide, "EventBridge event
//! message structure").

use serde::Deserialize;
use serde_json::value::RawValue;

use super::s3::Bucket;
use super::{List, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct Event<'e> {
    #[serde(borrow)]
    pub(crate) id: Str<'e>,
    #[serde(borrow, rename = "detail-type")]
    pub(crate) detail_type: Str<'e>,
    #[serde(borrow)]
    pub(crate) source: Str<'e>,
    #[serde(borrow)]
    pub(crate) account: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) time: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) region: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) resources: Option<List<Str<'e>>>,
    #[serde(borrow)]
    pub(crate) detail: Option<&'e RawValue>,
}

/// The detail of an event of S3.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored<'e> {
    #[serde(borrow)]
    pub(crate) bucket: Bucket<'e>,
    #[serde(borrow)]
    pub(crate) object: Object<'e>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Object<'e> {
    /// Plain, unlike in a notification.
    #[serde(borrow)]
    pub(crate) key: Str<'e>,
    pub(crate) size: Option<u64>,
    #[serde(borrow)]
    pub(crate) etag: Option<Str<'e>>,
    #[serde(borrow, rename = "version-id")]
    pub(crate) version_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) sequencer: Option<Str<'e>>,
}

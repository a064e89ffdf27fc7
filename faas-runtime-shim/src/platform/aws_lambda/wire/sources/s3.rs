//! S3 notifications (S3 User Guide, "Event message structure").

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{List, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct Event<'e> {
    #[serde(borrow, rename = "Records")]
    pub(crate) records: List<&'e RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'e> {
    #[serde(borrow)]
    pub(crate) event_name: Str<'e>,
    #[serde(borrow)]
    pub(crate) event_time: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) s3: Entity<'e>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Entity<'e> {
    #[serde(borrow)]
    pub(crate) bucket: Bucket<'e>,
    #[serde(borrow)]
    pub(crate) object: Object<'e>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Bucket<'e> {
    #[serde(borrow)]
    pub(crate) name: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Object<'e> {
    /// As in an HTML form.
    #[serde(borrow)]
    pub(crate) key: Str<'e>,
    pub(crate) size: Option<u64>,
    #[serde(borrow)]
    pub(crate) e_tag: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) version_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) sequencer: Option<Str<'e>>,
}

/// What S3 sends once when a queue or a topic is set up (S3 User Guide, "Enabling and configuring event notifications").
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Test<'e> {
    #[serde(borrow)]
    pub(crate) event: Str<'e>,
}

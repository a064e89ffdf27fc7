//! DocumentDB (Lambda Developer Guide, "Using Lambda with Amazon DocumentDB", example event). Documents are MongoDB's
//! extended JSON, and are handed on so.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{List, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct Event<'e> {
    #[serde(borrow)]
    pub(crate) events: List<Entry<'e>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Entry<'e> {
    #[serde(borrow)]
    pub(crate) event: Change<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change<'e> {
    #[serde(borrow, rename = "_id")]
    pub(crate) token: Option<ResumeToken<'e>>,
    #[serde(borrow)]
    pub(crate) operation_type: Str<'e>,
    pub(crate) cluster_time: Option<ClusterTime>,
    #[serde(borrow, rename = "ns")]
    pub(crate) namespace: Option<Namespace<'e>>,
    #[serde(borrow)]
    pub(crate) document_key: Option<&'e RawValue>,
    #[serde(borrow)]
    pub(crate) full_document: Option<&'e RawValue>,
    #[serde(borrow)]
    pub(crate) full_document_before_change: Option<&'e RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ResumeToken<'e> {
    #[serde(borrow, rename = "_data")]
    pub(crate) data: Option<Str<'e>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ClusterTime {
    #[serde(rename = "$timestamp")]
    pub(crate) timestamp: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Timestamp {
    /// In seconds.
    #[serde(rename = "t")]
    pub(crate) seconds: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Namespace<'e> {
    #[serde(borrow)]
    pub(crate) db: Str<'e>,
    #[serde(borrow)]
    pub(crate) coll: Option<Str<'e>>,
}

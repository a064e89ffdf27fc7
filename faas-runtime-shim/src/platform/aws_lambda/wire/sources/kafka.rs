//! Kafka, managed and not (Lambda Developer Guide, "Using Lambda with Amazon MSK", example event).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Entries, List, Octets, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct Event<'e> {
    /// By topic and partition: `orders-0`.
    #[serde(borrow)]
    pub(crate) records: Entries<'e, List<&'e RawValue>>,
}

/// What is read of a record even if nothing else can be.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity {
    pub(crate) offset: i64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Record<'e> {
    #[serde(borrow)]
    pub(crate) topic: Str<'e>,
    /// In milliseconds; −1 if there is none.
    pub(crate) timestamp: Option<i64>,
    /// In base64.
    #[serde(borrow)]
    pub(crate) key: Option<Str<'e>>,
    /// In base64; none in a tombstone.
    #[serde(borrow)]
    pub(crate) value: Option<Str<'e>>,
    /// Objects of one entry each, so that names can repeat.
    #[serde(borrow)]
    pub(crate) headers: Option<List<Entries<'e, Octets>>>,
}

//! Kinesis (Lambda Developer Guide, "Using Lambda to process records from Amazon Kinesis Data Streams", example event).

use serde::Deserialize;

use super::Str;

/// What is read of a record even if nothing else can be.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity<'e> {
    #[serde(borrow)]
    pub(crate) kinesis: Numbered<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Numbered<'e> {
    #[serde(borrow)]
    pub(crate) sequence_number: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'e> {
    #[serde(borrow)]
    pub(crate) kinesis: Data<'e>,
    /// The shard and the sequence number.
    #[serde(borrow, rename = "eventID")]
    pub(crate) event_id: Option<Str<'e>>,
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'e> {
    #[serde(borrow)]
    pub(crate) partition_key: Option<Str<'e>>,
    /// In base64.
    #[serde(borrow)]
    pub(crate) data: Str<'e>,
    /// In seconds.
    pub(crate) approximate_arrival_timestamp: Option<f64>,
}

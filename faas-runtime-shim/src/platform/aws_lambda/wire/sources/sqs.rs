//! SQS (Lambda Developer Guide, "Using Lambda with Amazon SQS", example event).

use serde::Deserialize;

use super::{Entries, Str};

/// What is read of a record even if nothing else can be.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity<'e> {
    #[serde(borrow)]
    pub(crate) message_id: Str<'e>,
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'e> {
    #[serde(borrow)]
    pub(crate) body: Option<Str<'e>>,
    /// The broker's own.
    #[serde(borrow)]
    pub(crate) attributes: Option<Entries<'e, Str<'e>>>,
    /// The sender's.
    #[serde(borrow)]
    pub(crate) message_attributes: Option<Entries<'e, Attribute<'e>>>,
}

/// Its data type is left out: a number comes as text too, and which of the values is there tells the rest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attribute<'e> {
    #[serde(borrow)]
    pub(crate) string_value: Option<Str<'e>>,
    /// In base64.
    #[serde(borrow)]
    pub(crate) binary_value: Option<Str<'e>>,
}

//! SNS (Lambda Developer Guide, "Invoking Lambda functions with Amazon SNS notifications").

use serde::Deserialize;

use super::{Entries, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct Record<'e> {
    #[serde(borrow, rename = "Sns")]
    pub(crate) sns: Message<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Message<'e> {
    #[serde(borrow)]
    pub(crate) message_id: Str<'e>,
    #[serde(borrow)]
    pub(crate) topic_arn: Str<'e>,
    #[serde(borrow)]
    pub(crate) subject: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) message: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) timestamp: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) message_attributes: Option<Entries<'e, Attribute<'e>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute<'e> {
    /// `Binary` is in base64.
    #[serde(borrow, rename = "Type")]
    pub(crate) kind: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) value: Option<Str<'e>>,
}

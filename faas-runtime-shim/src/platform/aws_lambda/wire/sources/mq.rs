//! Amazon MQ: ActiveMQ and RabbitMQ (Lambda Developer Guide, "Using Lambda with Amazon MQ", example events).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Entries, List, Octets, Str};

#[derive(Debug, Deserialize)]
pub(crate) struct ActiveMq<'e> {
    #[serde(borrow)]
    pub(crate) messages: List<ActiveMessage<'e>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActiveMessage<'e> {
    #[serde(borrow, rename = "messageID")]
    pub(crate) message_id: Str<'e>,
    #[serde(borrow)]
    pub(crate) destination: Destination<'e>,
    /// In milliseconds.
    pub(crate) timestamp: Option<i64>,
    #[serde(borrow, rename = "correlationID")]
    pub(crate) correlation_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) reply_to: Option<Str<'e>>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Str<'e>>,
    #[serde(default)]
    pub(crate) redelivered: bool,
    /// In base64.
    #[serde(borrow)]
    pub(crate) data: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) properties: Option<Entries<'e, &'e RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Destination<'e> {
    #[serde(borrow)]
    pub(crate) physical_name: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RabbitMq<'e> {
    /// By queue and virtual host: `orders::/`.
    #[serde(borrow)]
    pub(crate) rmq_messages_by_queue: Entries<'e, List<RabbitMessage<'e>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RabbitMessage<'e> {
    #[serde(borrow, default)]
    pub(crate) basic_properties: Properties<'e>,
    #[serde(default)]
    pub(crate) redelivered: bool,
    /// In base64.
    #[serde(borrow)]
    pub(crate) data: Option<Str<'e>>,
}

/// The timestamp is left out: it comes as a text in the American style, without a zone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties<'e> {
    #[serde(borrow)]
    pub(crate) app_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) content_encoding: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) content_type: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) correlation_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) headers: Option<Entries<'e, &'e RawValue>>,
    #[serde(borrow)]
    pub(crate) message_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) reply_to: Option<Str<'e>>,
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) user_id: Option<Str<'e>>,
}

/// A text among RabbitMQ's headers.
#[derive(Debug, Deserialize)]
pub(crate) struct LongString {
    pub(crate) bytes: Octets,
}

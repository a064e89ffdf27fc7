//! Services whose events are handed on whole: what is read of them makes a CloudEvent's attributes.
//!
//! Lambda Developer Guide, "Using Lambda with CloudWatch Logs", "Capturing records of Lambda asynchronous invocations", "Using
//! AWS Lambda with AWS CodeCommit", "Using AWS Lambda with Amazon SES".

use std::fmt;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Str;

#[derive(Debug, Deserialize)]
pub(crate) struct Logs<'e> {
    #[serde(borrow)]
    pub(crate) awslogs: Packed<'e>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Packed<'e> {
    /// JSON in gzip in base64.
    #[serde(borrow)]
    pub(crate) data: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogLines<'e> {
    #[serde(borrow)]
    pub(crate) message_type: Str<'e>,
    #[serde(borrow)]
    pub(crate) log_group: Str<'e>,
    #[serde(borrow)]
    pub(crate) log_stream: Option<Str<'e>>,
    /// Only the first is kept: a few bytes of a packed event can be many lines.
    #[serde(borrow, default, rename = "logEvents", deserialize_with = "first")]
    pub(crate) first_line: Option<LogLine<'e>>,
}

/// The first of an array.
fn first<'e, T: Deserialize<'e>, D: Deserializer<'e>>(source: D) -> Result<Option<T>, D::Error> {
    struct First<T>(PhantomData<T>);

    impl<'e, T: Deserialize<'e>> Visitor<'e> for First<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'e>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let first = seq.next_element()?;
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(first)
        }
    }

    source.deserialize_seq(First(PhantomData))
}

#[derive(Debug, Deserialize)]
pub(crate) struct LogLine<'e> {
    #[serde(borrow)]
    pub(crate) id: Str<'e>,
    /// In milliseconds.
    pub(crate) timestamp: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DestinationRecord<'e> {
    #[serde(borrow)]
    pub(crate) timestamp: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) request_context: Invoked<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invoked<'e> {
    #[serde(borrow)]
    pub(crate) request_id: Str<'e>,
    #[serde(borrow)]
    pub(crate) function_arn: Str<'e>,
    /// Why the record was made.
    #[serde(borrow)]
    pub(crate) condition: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CodeCommit<'e> {
    #[serde(borrow)]
    pub(crate) event_id: Str<'e>,
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Str<'e>,
    #[serde(borrow)]
    pub(crate) event_time: Option<Str<'e>>,
    /// Only present to tell it from the others' records.
    #[serde(rename = "codecommit")]
    pub(crate) _references: IgnoredAny,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Ses<'e> {
    #[serde(borrow)]
    pub(crate) ses: Received<'e>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Received<'e> {
    #[serde(borrow)]
    pub(crate) mail: Mail<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mail<'e> {
    #[serde(borrow)]
    pub(crate) message_id: Str<'e>,
    #[serde(borrow)]
    pub(crate) timestamp: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) source: Option<Str<'e>>,
}

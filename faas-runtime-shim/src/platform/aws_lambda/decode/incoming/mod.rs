//! Everything but HTTP requests: what arrives, for whom, and in which form the answer is wanted.
//!
//! Each source has a file of its own. What a record cannot tell is left out; a record that cannot be read fails alone where
//! the source lets single records fail, and takes its event with it elsewhere. Begin with [`read`].
//!
//! Left out: what no queue, object, table, timer or event is, such as questions that want an answer of their own form
//! (authorizers, Firehose, Cognito). Those go to a selected `invoke` function only.

mod documentdb;
mod dynamodb;
mod eventbridge;
mod kafka;
mod kinesis;
mod mq;
mod records;
mod s3;
mod services;
mod sns;
mod sqs;
mod time;

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

pub(crate) use self::s3::inside;
use super::super::encode::Identifier;
use super::super::wire::sources::Str;
use super::source::{EventSource, Records, Source};
use super::{BASE64, DecodeError};
use crate::invocation::{Arrival, Attributes};

/// What an event brings, by the form of its answer.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Records that can fail one by one.
    Batch(Batch),
    /// Records that succeed or fail together.
    Whole(Vec<Arrival>),
    /// One thing, whose function's answer is the answer.
    One(Box<Arrival>),
    /// Nothing for a function.
    Nothing,
}

/// A batch of which single records can fail.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Record>,
    /// What the answer has to repeat, of a stream with a window.
    pub(crate) state: Option<Bytes>,
}

/// A record with the name that its failure is told under.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: Identifier,
    pub(crate) arrival: Result<Arrival, DecodeError>,
}

/// Reads the event of a source; `None` for sources that only an `invoke` function can serve.
pub(crate) fn read(source: &Source, event: &Bytes) -> Result<Option<Incoming>, DecodeError> {
    let incoming = match source {
        Source::Records(records) => match records {
            Records::Sqs => Incoming::Batch(sqs::batch(event)?),
            Records::Kinesis => Incoming::Batch(kinesis::batch(event)?),
            Records::DynamoDb => Incoming::Batch(dynamodb::batch(event)?),
            Records::Sns => Incoming::Whole(sns::arrivals(event)?),
            Records::S3 => Incoming::Whole(s3::arrivals(event)?),
            Records::Ses => Incoming::Whole(services::ses(event)?),
            Records::CodeCommit => Incoming::Whole(services::code_commit(event)?),
            Records::Unknown(_) => return Ok(None),
        },
        Source::EventSource(source) => match source {
            EventSource::Kafka | EventSource::SelfManagedKafka => {
                Incoming::Batch(kafka::batch(event)?)
            }
            EventSource::RabbitMq => Incoming::Whole(mq::rabbit(event)?),
            EventSource::ActiveMq => Incoming::Whole(mq::active(event)?),
            EventSource::DocumentDb => Incoming::Whole(documentdb::arrivals(event)?),
            EventSource::Unknown(_) => return Ok(None),
        },
        Source::EventBridge => Incoming::One(Box::new(eventbridge::arrival(event)?)),
        Source::CloudWatchLogs => match services::log_lines(event)? {
            Some(arrival) => Incoming::One(Box::new(arrival)),
            None => Incoming::Nothing,
        },
        Source::DestinationRecord => Incoming::One(Box::new(services::destination(event)?)),
        Source::CloudEvent => Incoming::One(Box::new(services::cloud_event(event)?)),
        Source::Authorizer | Source::Firehose | Source::Other(_) | Source::Direct => {
            return Ok(None);
        }
    };
    Ok(Some(incoming))
}

/// Reads text of one form.
fn json<'e, T: serde::Deserialize<'e>>(of: &'static str, text: &'e [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(text).map_err(|source| DecodeError::Envelope {
        of,
        source: source.into(),
    })
}

fn base64(path: &'static str, text: &str) -> Result<Bytes, DecodeError> {
    use base64::Engine as _;

    BASE64
        .decode(text)
        .map(Bytes::from)
        .map_err(|source| DecodeError::Encoded {
            path,
            source: source.into(),
        })
}

/// Cuts a value out of the event that it was read from.
fn slice(event: &Bytes, value: &RawValue) -> Bytes {
    event.slice_ref(value.get().as_bytes())
}

/// The state of a stream's window, which is empty at first.
fn state(event: &Bytes, state: Option<&RawValue>) -> Bytes {
    state.map_or(Bytes::from_static(b"{}"), |state| slice(event, state))
}

/// Returns the last part of an ARN: behind a colon, of a queue or a topic.
fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// Returns what follows `kind` in an ARN's resource, up to the next slash: `orders` of `…:stream/orders`.
fn part_after<'a>(arn: &'a str, kind: &str) -> Option<&'a str> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let name = resource.strip_prefix(kind)?.split('/').next()?;
    (!name.is_empty()).then_some(name)
}

/// Returns the media type among the attributes that a sender wrote.
fn media_type(attributes: &Attributes) -> Option<Cow<'static, str>> {
    let (_, value) = attributes
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    let text = std::str::from_utf8(value).ok()?;
    Some(text.to_owned().into())
}

fn push_if_filled(attributes: &mut Attributes, name: &str, value: Option<Str<'_>>, event: &Bytes) {
    if let Some(value) = value
        && !value.is_empty()
    {
        attributes.push(name, value.bytes_of(event));
    }
}

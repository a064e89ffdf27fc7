//! Services whose events are handed on whole, as CloudEvents with a type of our making, and CloudEvents themselves.
//!
//! | service | type | source |
//! |---|---|---|
//! | CloudWatch Logs | `aws.logs` | the log group |
//! | a destination of Lambda's asynchronous invocations | `aws.lambda.result` | the function's ARN |
//! | CodeCommit | `aws.codecommit` | the repository's ARN |
//! | SES | `aws.ses` | `aws.ses` |

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde_json::value::RawValue;

use super::super::super::wire::sources::Records;
use super::super::super::wire::sources::services::{
    CodeCommit, DestinationRecord, LogLines, Logs, Ses,
};
use super::{DecodeError, base64, json, slice, time as moment};
use crate::cloudevents::{self, CloudEvent};
use crate::invocation::{Address, Arrival, Input, Item};
use crate::rfc3339;
use crate::trace::TraceContext;

/// Reads log lines; `None` for what CloudWatch sends to see whether anybody is there.
pub(super) fn log_lines(event: &Bytes) -> Result<Option<Arrival>, DecodeError> {
    const OF: &str = "CloudWatch Logs";

    let Logs { awslogs } = json(OF, event)?;
    let text = unpacked(&base64(LOGS, &awslogs.data)?)?;
    let lines: LogLines<'_> = json(OF, &text)?;
    if &*lines.message_type == "CONTROL_MESSAGE" {
        return Ok(None);
    }
    let first = lines.first_line.ok_or(DecodeError::Missing {
        path: "logEvents[0]",
        expected: "a line, whose id the event gets",
    })?;
    let happened = first.timestamp.and_then(moment::millis);
    let mut made = CloudEvent::new(&*first.id, &*lines.log_group, "aws.logs");
    made.subject = lines.log_stream.and_then(|name| subject(&name));
    made.time = happened.map(rfc3339::format);
    of_event(with_json(made, text.clone())).map(Some)
}

const LOGS: &str = "awslogs.data";

/// The most bytes of log lines. An asynchronous event has 1 MB (Developer Guide, "Lambda quotas"), and gzip can make a
/// thousand times as much of it.
const MOST_LINES: u64 = 32 * 1024 * 1024;

fn unpacked(packed: &[u8]) -> Result<Bytes, DecodeError> {
    let mut text = Vec::new();
    let read = GzDecoder::new(packed)
        .take(MOST_LINES)
        .read_to_end(&mut text);
    match read {
        Err(source) => Err(DecodeError::Packed {
            path: LOGS,
            source: source.into(),
        }),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length < MOST_LINES) => {
            Ok(text.into())
        }
        Ok(_) => Err(DecodeError::TooLong {
            path: LOGS,
            limit: MOST_LINES,
        }),
    }
}

pub(super) fn destination(event: &Bytes) -> Result<Arrival, DecodeError> {
    let record: DestinationRecord<'_> = json("a destination of Lambda", event)?;
    let invoked = record.request_context;
    let mut made = CloudEvent::new(
        &*invoked.request_id,
        &*invoked.function_arn,
        "aws.lambda.result",
    );
    made.subject = subject(&invoked.condition);
    made.time = record.timestamp.and_then(|text| time(&text));
    of_event(with_json(made, event.clone()))
}

pub(super) fn code_commit(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    const OF: &str = "CodeCommit";

    let Records { records, .. } = json(OF, event)?;
    let arrival = |value: &RawValue| {
        let record: CodeCommit<'_> = json(OF, value.get().as_bytes())?;
        let mut made = CloudEvent::new(
            &*record.event_id,
            &*record.event_source_arn,
            "aws.codecommit",
        );
        // written with an offset without a colon by some versions
        made.time = record.event_time.and_then(|text| time(&text));
        of_event(with_json(made, slice(event, value)))
    };
    records.0.into_iter().map(arrival).collect()
}

pub(super) fn ses(event: &Bytes) -> Result<Vec<Arrival>, DecodeError> {
    const OF: &str = "SES";

    let Records { records, .. } = json(OF, event)?;
    let arrival = |value: &RawValue| {
        let Ses { ses } = json(OF, value.get().as_bytes())?;
        let mut made = CloudEvent::new(&*ses.mail.message_id, "aws.ses", "aws.ses");
        // a bounce has an empty one
        made.subject = ses.mail.source.and_then(|sender| subject(&sender));
        made.time = ses.mail.timestamp.and_then(|text| time(&text));
        of_event(with_json(made, slice(event, value)))
    };
    records.0.into_iter().map(arrival).collect()
}

/// Reads an event that somebody has sent by a direct invocation.
pub(super) fn cloud_event(event: &Bytes) -> Result<Arrival, DecodeError> {
    let event = cloudevents::decode::structured(event.clone());
    of_event(event.map_err(|error| DecodeError::CloudEvent(error.into()))?)
}

fn with_json(event: CloudEvent, data: Bytes) -> CloudEvent {
    CloudEvent {
        data_content_type: Some("application/json".to_owned()),
        data: Some(data),
        ..event
    }
}

/// A subject that CloudEvents allow; another one is left to the data.
pub(super) fn subject(text: &str) -> Option<String> {
    let with_it = CloudEvent {
        subject: Some(text.to_owned()),
        ..CloudEvent::new("-", "-", "-")
    };
    with_it.check().ok().and(with_it.subject)
}

/// A time that CloudEvents allow; another one is left to the data.
pub(super) fn time(text: &str) -> Option<String> {
    rfc3339::parse(text).map(|_| text.to_owned())
}

/// Makes the arrival of an event, if it keeps the rules of CloudEvents.
pub(super) fn of_event(event: CloudEvent) -> Result<Arrival, DecodeError> {
    let checked = event.check();
    checked.map_err(|error| DecodeError::CloudEvent(error.into()))?;
    let parent = event.extension("traceparent");
    Ok(Arrival {
        address: Address::Event,
        item: Item {
            idempotency_key: Some(event.idempotency_key().into()),
            trace: parent.and_then(|parent| TraceContext::parse_traceparent(parent.as_bytes())),
            ..Item::new(Input::Event(Box::new(event)))
        },
    })
}

//! The envelopes in which AWS Lambda brings what happens, and what it reads out of the answers.

use faas::testing::EventAnswer;
use faas_runtime_shim::invocation::ObjectKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::events::{Brings, Fate};
use crate::lambda::events::fixture;

/// Puts it into the recorded event of its source.
pub(super) fn envelope(brings: Brings) -> Value {
    match brings {
        Brings::Messages(queue, messages) => {
            let suffix = if queue.is_ordered { ".fifo" } else { "" };
            let record = |(index, message): (usize, &super::Message)| {
                let mut record = fixture("sqs-standard.json")["Records"][0].take();
                record["messageId"] = format!("m-{index}").into();
                record["body"] = message.body.into();
                record["eventSourceARN"] =
                    format!("arn:aws:sqs:eu-west-1:123456789012:{}{suffix}", queue.name).into();
                if queue.is_ordered {
                    record["attributes"]["MessageGroupId"] = message.key.into();
                }
                record
            };
            json!({ "Records": messages.iter().enumerate().map(record).collect::<Vec<_>>() })
        }
        Brings::Tick(timer) => {
            let mut event = fixture("eventbridge-schedule-rule.json");
            event["resources"] = json!([format!(
                "arn:aws:events:us-east-1:123456789012:rule/{timer}"
            )]);
            event
        }
        Brings::Object(bucket, key, kind) => {
            let mut event = fixture("s3-created.json");
            let record = &mut event["Records"][0];
            record["s3"]["bucket"]["name"] = bucket.into();
            record["s3"]["object"]["key"] = utf8_percent_encode(key, NON_ALPHANUMERIC)
                .to_string()
                .replace("%20", "+")
                .into();
            record["eventName"] = match kind {
                ObjectKind::Created => "ObjectCreated:Put",
                _ => "ObjectRemoved:Delete",
            }
            .into();
            event
        }
        Brings::Row(table, key, val) => {
            let mut record = fixture("dynamodb-stream.json")["Records"][0].take();
            record["eventSourceARN"] = format!(
                "arn:aws:dynamodb:us-east-1:123456789012:table/{table}/stream/2016-12-01T00:00:00.000"
            )
            .into();
            record["dynamodb"]["NewImage"] = json!({ "key": { "S": key }, "val": { "S": val } });
            json!({ "Records": [record] })
        }
        Brings::Event(kind, data) => {
            let mut event = fixture("eventbridge-custom.json");
            event["detail-type"] = kind.into();
            event["detail"] = serde_json::from_str(data).unwrap();
            event
        }
    }
}

/// Reads the answer as the source reads it; an error is the failure of everything.
pub(super) fn words(brings: Brings, answer: &EventAnswer) -> Vec<&'static str> {
    let count = match brings {
        Brings::Messages(_, messages) => messages.len(),
        _ => 1,
    };
    if answer.is_error() {
        return vec!["fails"; count];
    }
    let items: Vec<_> = match brings {
        Brings::Messages(..) => (0..count).map(|index| format!("m-{index}")).collect(),
        Brings::Row(..) => vec!["1405400000000002063282832".to_owned()],
        Brings::Tick(_) | Brings::Object(..) | Brings::Event(..) => return vec!["succeeds"],
    };
    let answer: Value = answer.json();
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    let failed: Vec<_> = answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| {
            assert_eq!(failure.as_object().unwrap().len(), 1, "{answer}");
            failure["itemIdentifier"].as_str().unwrap()
        })
        .collect();
    // an identifier that is none fails the whole batch
    assert!(
        failed
            .iter()
            .all(|failed| items.iter().any(|item| item == failed)),
        "{answer}"
    );
    let word = |item: &String| match failed.contains(&item.as_str()) {
        true => "fails",
        false => "succeeds",
    };
    items.iter().map(word).collect()
}

/// Whether and why a failed one comes again is the source's own matter.
pub(super) fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Done => "succeeds",
        Fate::Again | Fate::Never | Fate::Untried | Fate::Nobody => "fails",
    }
}

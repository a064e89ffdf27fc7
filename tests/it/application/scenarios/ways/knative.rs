//! CloudEvents over HTTP, as Knative's sources and brokers send them, and what those make of a status.

use faas_runtime_shim::invocation::ObjectKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::super::events::{Brings, Fate};
use crate::log::message;
use crate::process::{self, Process};
use crate::wire::Answer;

/// Starts the probe as Knative does, with all functions or with one.
pub(super) fn start(function: &str) -> Process {
    let setup = process::probe().set("K_SERVICE", "probe").set("PORT", "0");
    setup.set("FAAS_FUNCTION", function).start_on_platform()
}

/// Takes a payload to the only function of an instance of its own.
pub(super) fn invoke(function: &str, payload: &str) -> Result<Vec<u8>, String> {
    let probe = start(function);
    let answer = probe.connect().post("/", "application/json", payload);
    match answer.status {
        200 => Ok(answer.body),
        // what broke inside is for the log alone
        500 => {
            let failed = |line: &Value| message(line).starts_with("the function failed");
            Err(message(&probe.out.line(failed)))
        }
        status => Err(answer.problem(status).unwrap()),
    }
}

/// Brings it; `None` for what Knative has no source of.
pub(super) fn bring(probe: &Process, brings: Brings) -> Option<Vec<&'static str>> {
    let namespace = "/apis/v1/namespaces/default";
    Some(match brings {
        Brings::Messages(queue, messages) => {
            super::one_by_one(queue, messages, word(Fate::Again), |message| {
                let source = format!("{namespace}/kafkasources/shop#{}", queue.name);
                let key = match message.key {
                    "" => String::new(),
                    key => format!("\nce-partitionkey: {key}\nce-key: {key}"),
                };
                send(
                    probe,
                    "dev.knative.kafka.event",
                    &source,
                    &key,
                    message.body,
                )
            })
        }
        Brings::Tick(timer) => {
            let source = format!("{namespace}/pingsources/{timer}");
            vec![send(probe, "dev.knative.sources.ping", &source, "", "{}")]
        }
        Brings::Object(bucket, key, kind) => {
            let name = match kind {
                ObjectKind::Created => "ObjectCreated:Put",
                _ => "ObjectRemoved:Delete",
            };
            let encoded = utf8_percent_encode(key, NON_ALPHANUMERIC).to_string();
            let record = json!({
                "eventName": name,
                "s3": { "bucket": { "name": bucket }, "object": { "key": encoded.replace("%20", "+") } },
            });
            let source = format!("aws:s3.us-east-1.{bucket}");
            let subject = format!("\nce-subject: {encoded}");
            vec![send(
                probe,
                &format!("com.amazonaws.s3.{name}"),
                &source,
                &subject,
                &record.to_string(),
            )]
        }
        Brings::Row(..) => return None,
        Brings::Event(kind, data) => vec![send(probe, kind, "/scenarios", "", data)],
    })
}

fn send(probe: &Process, kind: &str, source: &str, more: &str, body: &str) -> &'static str {
    let head = format!(
        "POST /\nce-specversion: 1.0\nce-id: e-1\nce-type: {kind}\nce-source: {source}\
        \ncontent-type: application/json\ncontent-length: {}\nprefer: reply{more}",
        body.len()
    );
    let mut connection = probe.connect();
    let answer = connection.request(&head).send(body).answer();
    made_of(&answer)
}

/// Knative Eventing's data plane contract; what a broker's filter makes of a body that is no event is a failure.
fn made_of(answer: &Answer) -> &'static str {
    match answer.status {
        200..=299 if answer.body.is_empty() || answer.header("ce-specversion").is_some() => {
            "delivered"
        }
        404 | 408 | 409 | 429 | 500..=599 => "sent again",
        400..=499 => "given up",
        _ => panic!("nobody expects this: {answer:?}"),
    }
}

pub(super) fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Done => "delivered",
        Fate::Again => "sent again",
        Fate::Never | Fate::Nobody => "given up",
        Fate::Untried => super::HELD_BACK,
    }
}

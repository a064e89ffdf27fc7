//! By hand, as the host's management port takes it: the function is named, the payload plain.

use serde_json::json;

use super::super::events::{Brings, Fate};
use crate::process::Process;
use crate::wire::{Answer, Connection};

pub(super) fn bring(host: &Process, brings: Brings) -> Vec<&'static str> {
    match brings {
        Brings::Messages(queue, messages) => {
            super::one_by_one(queue, messages, word(Fate::Again), |message| {
                invoke(host, queue.name, "application/json", message.body)
            })
        }
        Brings::Tick(timer) => vec![invoke(host, timer, "application/json", "")],
        Brings::Object(bucket, key, kind) => {
            let sent = json!({ "key": key, "kind": kind });
            vec![invoke(host, bucket, "application/json", &sent.to_string())]
        }
        Brings::Row(table, key, val) => {
            let sent = json!({ "kind": "insert", "after": super::row(key, val) });
            let function = table.replace('-', "_").to_ascii_lowercase();
            vec![invoke(
                host,
                &function,
                "application/json",
                &sent.to_string(),
            )]
        }
        Brings::Event(kind, data) => {
            let data: serde_json::Value = serde_json::from_str(data).unwrap();
            let sent = json!({
                "specversion": "1.0", "id": "e-1", "source": "/scenarios", "type": kind, "data": data,
            });
            // the probe's functions are called like their types
            let function = kind.split('.').nth(2).unwrap();
            vec![invoke(
                host,
                function,
                "application/cloudevents+json",
                &sent.to_string(),
            )]
        }
    }
}

fn invoke(host: &Process, function: &str, media_type: &str, body: &str) -> &'static str {
    let path = format!("/invoke/{function}");
    let answer: Answer = Connection::open(host.management).post(&path, media_type, body);
    match answer.status {
        200 => "200",
        404 => "404",
        422 => "422",
        500 | 503 | 504 => "500, 503 or 504",
        _ => panic!("nobody expects this: {answer:?}"),
    }
}

pub(super) fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Done => "200",
        Fate::Again => "500, 503 or 504",
        Fate::Never => "422",
        Fate::Untried => super::HELD_BACK,
        Fate::Nobody => "404",
    }
}

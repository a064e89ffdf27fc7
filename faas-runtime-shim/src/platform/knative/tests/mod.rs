//! The adapter without its socket: which function each request reaches, and what its sender reads.

mod fixtures;
mod sources;
mod ways;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::Knative;
use crate::application::Application;
use crate::clock::ManualClock;
use crate::function::{
    Function, Limits, Missed, ObjectSpec, Overlap, Schedule, TimerSpec, Trigger,
};
use crate::host::events::tests::{application, entry, function};
use crate::platform::{Adapter, Exchange};

fn timer(name: &'static str) -> &'static Function {
    let spec = TimerSpec {
        schedule: Schedule::Every(Duration::from_secs(60)),
        timezone: None,
        jitter: Duration::ZERO,
        missed: Missed::Once,
        overlap: Overlap::Skip,
        prestart: Duration::ZERO,
    };
    function(name, Limits::NONE, Trigger::Timer { spec, call: entry })
}

fn objects(name: &'static str, bucket: &'static str) -> &'static Function {
    let spec = ObjectSpec {
        bucket,
        on: &[],
        prefix: "",
        suffix: "",
    };
    function(name, Limits::NONE, Trigger::Object { spec, call: entry })
}

fn invoked(name: &'static str) -> &'static Function {
    function(name, Limits::NONE, Trigger::Invoke { call: entry })
}

async fn app(functions: Vec<&'static Function>) -> Application {
    application(functions, "", Arc::new(ManualClock::new())).await
}

/// Hands a document over, which has to be one that is understood.
async fn send(app: &Application, document: &Value) -> Value {
    match Knative.exchange(app, document.to_string().into()).await {
        Exchange::Answer(answer) => serde_json::from_slice(&answer).unwrap(),
        Exchange::Error(error) => panic!("{document}: {}", String::from_utf8_lossy(&error)),
    }
}

/// Makes a request that brings an event in binary mode.
fn binary(kind: &str, source: &str, more: &[(&str, &str)], body: &Value) -> Value {
    let mut headers = json!({
        "ce-specversion": "1.0",
        "ce-id": "17",
        "ce-source": source,
        "ce-type": kind,
        "content-type": "application/json",
    });
    for (name, value) in more {
        headers[*name] = json!(value);
    }
    json!({ "method": "POST", "path": "/", "headers": headers, "body_json": body })
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

//! The rules of each source, beyond what the recorded events show.

mod changes;
mod events;
mod messages;
mod objects;

use std::time::SystemTime;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::incoming::{Incoming, read};
use super::{Event, arrivals};
use crate::invocation::{Arrival, Delivery, Input};
use crate::rfc3339;

#[track_caller]
fn incoming(event: &Value) -> Incoming {
    let event = Bytes::from(event.to_string());
    match super::event(&event) {
        Ok(Event::Other(source)) => read(&source, &event).unwrap().unwrap(),
        other => panic!("no other source: {other:?}"),
    }
}

/// Why the event, or its first record that cannot be read, is refused.
#[track_caller]
fn refusal(event: &Value) -> String {
    let event = Bytes::from(event.to_string());
    let Ok(Event::Other(source)) = super::event(&event) else {
        panic!("no other source");
    };
    match read(&source, &event) {
        Err(error) => error.to_string(),
        Ok(Some(Incoming::Batch(batch))) => {
            let refused = batch
                .records
                .iter()
                .find_map(|record| record.arrival.as_ref().err());
            refused.unwrap().to_string()
        }
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
fn one(event: &Value) -> Arrival {
    let incoming = incoming(event);
    match arrivals(&incoming).as_slice() {
        [arrival] => (*arrival).clone(),
        others => panic!("not one: {others:?}"),
    }
}

#[track_caller]
fn delivery(event: &Value) -> Delivery {
    match one(event).item.input {
        Input::Delivery(delivery) => *delivery,
        other => panic!("no delivery: {other:?}"),
    }
}

fn at(text: &str) -> Option<SystemTime> {
    Some(rfc3339::parse(text).unwrap())
}

/// Puts `changes` over an object.
fn with(mut object: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("changes are an object");
    };
    for (name, value) in changes {
        object[name] = value;
    }
    object
}

fn records(source: &str, record: Value) -> Value {
    json!({"Records": [with(record, json!({"eventSource": source}))]})
}

//! What differs between two runs of one invocation, by the places where it does. Pure.

use std::collections::BTreeMap;
use std::fmt;

use faas_runtime_shim::record::{
    Content, EventForm, FailureForm, Fields, OutcomeForm, REDACTED, Recording, ReportForm, Text,
};
use serde_json::{Map, Value, json};

/// A place in which what came now differs from what was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    path: Vec<String>,
    recorded: Option<String>,
    now: Option<String>,
}

impl Difference {
    /// Returns the place, such as `response.body.total`.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// Returns what was there, in JSON; none if nothing was.
    #[must_use]
    pub fn recorded(&self) -> Option<&str> {
        self.recorded.as_deref()
    }

    /// Returns what is there now, in JSON; none if nothing is.
    #[must_use]
    pub fn now(&self) -> Option<&str> {
        self.now.as_deref()
    }

    /// Tells whether the place is one of this name, or within one.
    pub(super) fn is_below(&self, name: &str) -> bool {
        self.path.iter().any(|part| part.eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".into(), cut);
        write!(
            f,
            "{}: recorded {}, now {}",
            self.path(),
            shown(&self.recorded),
            shown(&self.now)
        )
    }
}

/// Enough of a value to know it again.
fn cut(value: &str) -> String {
    const MOST: usize = 200;
    match value.char_indices().nth(MOST) {
        None => value.to_owned(),
        Some((at, _)) => format!("{}… ({} bytes)", &value[..at], value.len()),
    }
}

/// Two runs, each as one document.
pub(super) struct Compared {
    recorded: Value,
    now: Value,
}

impl Compared {
    pub(super) fn new(recorded: &Recording, now: &Recording) -> Self {
        Self {
            recorded: document(recorded),
            now: document(now),
        }
    }

    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        walk(
            &mut Vec::new(),
            Some(&self.recorded),
            Some(&self.now),
            &mut found,
        );
        found
    }
}

fn walk(
    path: &mut Vec<String>,
    recorded: Option<&Value>,
    now: Option<&Value>,
    found: &mut Vec<Difference>,
) {
    match (recorded, now) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let added = other.keys().filter(|name| !one.contains_key(*name));
            for name in one.keys().chain(added) {
                path.push(name.clone());
                walk(path, one.get(name), other.get(name), found);
                path.pop();
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                path.push(index.to_string());
                walk(path, one.get(index), other.get(index), found);
                path.pop();
            }
        }
        (recorded, now) if is_same(recorded, now) => {}
        (recorded, now) => found.push(Difference {
            path: path.clone(),
            recorded: recorded.map(Value::to_string),
            now: now.map(Value::to_string),
        }),
    }
}

fn is_same(recorded: Option<&Value>, now: Option<&Value>) -> bool {
    match (recorded, now) {
        (Some(Value::String(one)), Some(Value::String(other))) => {
            fits(one, other) || fits(other, one)
        }
        // a number or an object that was taken out is a text there
        (Some(Value::String(one)), Some(_)) if one == REDACTED => true,
        (Some(_), Some(Value::String(other))) if other == REDACTED => true,
        (one, other) => one == other,
    }
}

/// Tells whether a text is the other one with anything where something was taken out.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split(REDACTED);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

/// What is compared of a recording, as one document.
fn document(recording: &Recording) -> Value {
    let mut document = Map::new();
    let (kind, outcome) = match &recording.outcome {
        OutcomeForm::Response(response) => {
            let mut members = Map::new();
            members.insert("status".to_owned(), response.status.into());
            members.insert("headers".to_owned(), fields(&response.headers));
            members.insert("body".to_owned(), content(&response.body));
            members.insert("trailers".to_owned(), fields(&response.trailers));
            optional(
                &mut members,
                "failure",
                response.failure.as_deref().map(Value::from),
            );
            let broken_off = response.broken_off.as_ref().map(failure);
            optional(&mut members, "broken_off", broken_off);
            ("response", members.into())
        }
        OutcomeForm::Reply(reply) => {
            let mut members = Map::new();
            members.insert("media_type".to_owned(), reply.media_type.as_str().into());
            members.insert("body".to_owned(), content(&reply.body));
            optional(&mut members, "event", reply.event.as_ref().map(event));
            let broken_off = reply.broken_off.as_ref().map(failure);
            optional(&mut members, "broken_off", broken_off);
            ("reply", members.into())
        }
        OutcomeForm::Failure(failed) => ("failure", failure(failed)),
        // what this version of the kit does not know is compared as it stands
        other => ("outcome", serde_json::to_value(other).unwrap_or_default()),
    };
    document.insert(kind.to_owned(), outcome);
    if !recording.reports.is_empty() {
        let reports = recording.reports.iter().map(|report| match report {
            ReportForm::Failure(failed) => failure(failed),
            other => serde_json::to_value(other).unwrap_or_default(),
        });
        document.insert("reports".to_owned(), reports.collect());
    }
    optional(
        &mut document,
        "function",
        recording.function.as_deref().map(Value::from),
    );
    document.into()
}

fn optional(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}

/// Where the handler panicked is no part of what came of it: lines move.
fn failure(failure: &FailureForm) -> Value {
    let mut members = Map::new();
    members.insert("kind".to_owned(), failure.kind.as_str().into());
    members.insert("name".to_owned(), failure.name.as_str().into());
    members.insert("message".to_owned(), failure.message.as_str().into());
    optional(&mut members, "after_ms", failure.after_ms.map(Value::from));
    members.into()
}

fn event(form: &EventForm) -> Value {
    let mut members = match serde_json::to_value(form) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    optional(&mut members, "data", form.data.as_ref().map(content));
    members.into()
}

/// Headers that are another one each time, or follow from the body.
const VOLATILE: [&str; 6] = [
    "content-length",
    "date",
    "server-timing",
    "traceparent",
    "tracestate",
    "x-amzn-trace-id",
];

fn fields(fields: &Fields) -> Value {
    let mut by_name: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (name, value) in fields {
        if !VOLATILE.contains(&name.as_str()) {
            let value = match value {
                Text::Plain(text) => text.as_str().into(),
                other => serde_json::to_value(other).unwrap_or_default(),
            };
            by_name.entry(name).or_default().push(value);
        }
    }
    json!(by_name)
}

/// A document is compared by its members, all else as a whole. What was left out may be anything.
fn content(content: &Content) -> Value {
    let text = match content {
        Content::LeftOut(_) => return REDACTED.into(),
        Content::Json(document) => document.get(),
        Content::Text(text) => text,
        other => return serde_json::to_value(other).unwrap_or_default(),
    };
    let is_document = text.trim_start().starts_with(['{', '[']);
    is_document
        .then(|| serde_json::from_str(text).ok())
        .flatten()
        .unwrap_or_else(|| text.into())
}

#[cfg(test)]
mod tests {
    //! What counts as a difference.

    use super::*;

    fn recording(outcome: Value) -> Recording {
        serde_json::from_value(json!({
            "faas_recording": 1, "function": "f", "trigger": "http", "platform": "host",
            "at": "2026-01-01T00:00:00Z", "took_us": 1, "facts": {},
            "input": { "payload": { "body": { "text": "" } } },
            "outcome": outcome,
        }))
        .unwrap()
    }

    #[track_caller]
    fn check(one: Value, other: Value, expected: &[&str]) {
        let compared = Compared::new(&recording(one), &recording(other));
        let found: Vec<_> = compared
            .differences()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    fn response(status: u16, headers: Value, body: Value) -> Value {
        json!({ "response": { "status": status, "headers": headers, "body": body } })
    }

    #[test]
    fn documents_differ_by_their_members() {
        let of = |body: Value| response(200, json!([]), json!({ "json": body }));
        check(of(json!({ "a": [1, 2] })), of(json!({ "a": [1, 2] })), &[]);
        check(
            of(json!({ "a": [1, 2], "b": 1 })),
            of(json!({ "a": [1, 3, 4], "c": null })),
            &[
                "response.body.a.1: recorded 2, now 3",
                "response.body.a.2: recorded nothing, now 4",
                "response.body.b: recorded 1, now nothing",
                "response.body.c: recorded nothing, now null",
            ],
        );
        // blanks are no difference of documents
        let text = |text: &str| response(200, json!([]), json!({ "text": text }));
        check(text("{\"a\":1}\n"), of(json!({ "a": 1 })), &[]);
        check(
            text("a"),
            text("b"),
            &["response.body: recorded \"a\", now \"b\""],
        );
    }

    #[test]
    fn what_was_taken_out_may_be_anything() {
        let of = |body: Value| response(200, json!([]), json!({ "json": body }));
        check(
            of(json!({ "token": "[redacted]", "text": "a=[redacted]&b=1" })),
            of(json!({ "token": 7, "text": "a=xyz&b=1" })),
            &[],
        );
        check(
            of(json!({ "text": "a=[redacted]&b=1" })),
            of(json!({ "text": "a=xyz&b=2" })),
            &["response.body.text: recorded \"a=[redacted]&b=1\", now \"a=xyz&b=2\""],
        );
        check(
            response(200, json!([]), json!({ "left_out": 7 })),
            response(200, json!([]), json!({ "text": "anything" })),
            &[],
        );
    }

    #[test]
    fn headers_are_compared_by_name_but_for_those_that_change() {
        let of = |headers: Value| response(200, headers, json!({ "text": "" }));
        check(
            of(json!([["date", "a"], ["x-a", "1"], ["x-a", "2"]])),
            of(json!([["x-a", "1"], ["x-a", "3"], ["date", "b"]])),
            &["response.headers.x-a.1: recorded \"2\", now \"3\""],
        );
    }

    #[test]
    fn another_end_is_told_with_both() {
        let failure = |kind: &str, place: &str| json!({ "failure": { "kind": kind, "name": "E", "message": "m", "place": place } });
        check(failure("retry", "a.rs:1"), failure("retry", "a.rs:2"), &[]);
        check(
            failure("retry", "a.rs:1"),
            failure("reject", "a.rs:1"),
            &["failure.kind: recorded \"retry\", now \"reject\""],
        );
        let reply = json!({ "reply": { "media_type": "a/b", "body": { "text": "x" } } });
        let compared = Compared::new(&recording(failure("retry", "")), &recording(reply));
        let paths: Vec<_> = compared
            .differences()
            .iter()
            .map(Difference::path)
            .collect();
        assert_eq!(paths, ["failure", "reply"]);
    }

    #[test]
    fn patterns_fit_where_their_parts_are_in_order() {
        for (pattern, text, expected) in [
            ("[redacted]", "", true),
            ("a[redacted]b[redacted]c", "a1b2c", true),
            ("a[redacted]b[redacted]c", "a1c2b", false),
            ("a[redacted]a", "a", false),
            ("a", "ab", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern}: {text}");
        }
    }
}

//! Events as AWS's front ends send them, and answers as those front ends read them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::api::{Event, Request};

/// Reads a recorded event.
pub(crate) fn fixture(name: &str) -> Value {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../faas-runtime-shim/tests/fixtures/aws");
    let text =
        fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The rows of the table of all recorded events whose trigger is this one: file name and what has to be matched.
pub(crate) fn recorded(trigger: &str) -> Vec<(String, String)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../faas-runtime-shim/tests/fixtures/aws");
    let table = fs::read_to_string(folder.join("expected.tsv")).unwrap();
    table
        .lines()
        .skip(1)
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| row[1] == "event" && row[2] == trigger)
        .map(|row| (row[0].to_owned(), row[3].to_owned()))
        .collect()
}

/// Sends a recorded event to another method and path than it was recorded with.
pub(crate) fn redirected(mut event: Value, method: &str, path: &str) -> Value {
    let context = &event["requestContext"];
    if context.get("http").is_some() {
        event["rawPath"] = path.into();
        event["requestContext"]["http"]["path"] = path.into();
        event["requestContext"]["http"]["method"] = method.into();
        return event;
    }
    let is_lattice = context.get("serviceNetworkArn").is_some();
    event["path"] = path.into();
    event[if is_lattice { "method" } else { "httpMethod" }] = method.into();
    event
}

/// Gives a recorded event this body, in base64, and this content type.
pub(crate) fn with_body(mut event: Value, content_type: &str, body: &[u8]) -> Value {
    event["body"] = STANDARD.encode(body).into();
    event["isBase64Encoded"] = true.into();
    let as_list = |event: &Value, map: &str| {
        let lists = event[map].as_object();
        lists.is_some_and(|map| map.values().any(Value::is_array))
    };
    for map in ["headers", "multiValueHeaders"] {
        let value = if as_list(&event, map) {
            json!([content_type])
        } else {
            json!(content_type)
        };
        if let Some(headers) = event[map].as_object_mut() {
            headers.retain(|name, _| !name.eq_ignore_ascii_case("content-type"));
            headers.insert("content-type".to_owned(), value);
        }
    }
    event
}

/// An HTTP API's event, format 2.0.
pub(crate) fn http_v2(method: &str, path: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": { "host": "api.example.com" },
        "requestContext": {
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7" },
            "requestId": "request-1",
            "stage": "$default",
        },
        "isBase64Encoded": false,
    })
}

/// The event of a plain GET request.
pub(super) fn get(path: &str) -> Event {
    Event::new(http_v2("GET", path).to_string())
}

/// An HTTP answer, as its front end understands it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u64,
    /// With lower-case names; of several values all.
    pub(crate) headers: BTreeMap<String, Vec<String>>,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) is_base64: bool,
}

impl HttpAnswer {
    #[track_caller]
    pub(super) fn of(request: &Request) -> Self {
        let (_, end) = request.invocation().unwrap();
        assert_eq!(
            end,
            "response",
            "{}",
            String::from_utf8_lossy(&request.body)
        );
        assert_eq!(request.header("content-type"), "application/json");
        Self::read(&request.json())
    }

    #[track_caller]
    pub(crate) fn read(answer: &Value) -> Self {
        let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut add = |name: &str, value: &Value| {
            let value = value.as_str().unwrap().to_owned();
            headers
                .entry(name.to_ascii_lowercase())
                .or_default()
                .push(value);
        };
        for (name, value) in answer["headers"].as_object().into_iter().flatten() {
            add(name, value);
        }
        for (name, values) in answer["multiValueHeaders"]
            .as_object()
            .into_iter()
            .flatten()
        {
            for value in values.as_array().unwrap() {
                add(name, value);
            }
        }
        let listed = answer["cookies"].as_array().into_iter().flatten();
        let listed = listed.map(|cookie| cookie.as_str().unwrap().to_owned());
        let set = headers.remove("set-cookie").unwrap_or_default();
        let text = answer["body"].as_str().unwrap_or_default();
        let is_base64 = answer["isBase64Encoded"].as_bool().unwrap_or(false);
        Self {
            status: answer["statusCode"].as_u64().unwrap(),
            headers,
            cookies: listed.chain(set).collect(),
            body: if is_base64 {
                STANDARD.decode(text).unwrap()
            } else {
                text.as_bytes().to_vec()
            },
            is_base64,
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

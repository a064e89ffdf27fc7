//! The scenarios and events of CloudEvents' conformance suite.

use bytes::Bytes;
use serde_json::Value;

use super::{CloudEvent, encode, folder, headers, receive, sent};
use crate::cloudevents::AttributeError;

fn read(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap()
}

#[test]
fn the_scenarios_of_the_http_binding_hold() {
    let feature = read("conformance-http-protocol-binding.feature");
    let mut passed = 0;
    for outline in feature.split("Scenario Outline:").skip(1) {
        let texts: Vec<_> = outline.split("\"\"\"").collect();
        let [_given, request, between, data, examples] = texts[..] else {
            panic!("not a scenario: {outline}");
        };
        for example in rows(examples).skip(1) {
            let filled = |text: &str| text.replace("<contentType>", example[0]);
            let event = parsed(&filled(request));
            let table = filled(between);
            for row in rows(&table).skip(1) {
                let found = match row[0] {
                    "id" => Some(&*event.id),
                    "specversion" => Some("1.0"),
                    "type" => Some(&*event.kind),
                    "source" => Some(&*event.source),
                    "time" => event.time.as_deref(),
                    "datacontenttype" => event.data_content_type.as_deref(),
                    name => event.extension(name),
                };
                assert_eq!(found, Some(row[1]), "{}", row[0]);
            }
            let json = |text| serde_json::from_slice::<Value>(text).unwrap();
            assert_eq!(
                json(event.data.as_ref().unwrap()),
                json(&Bytes::from(data.to_owned()))
            );
            passed += 1;
        }
    }
    assert_eq!(passed, 4);
}

/// The cells of a table's rows.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let rows = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('|'));
    rows.map(|row| {
        row.trim_end_matches('|')
            .split('|')
            .map(str::trim)
            .collect()
    })
}

/// Reads a request as a scenario writes it down.
fn parsed(request: &str) -> CloudEvent {
    let lines: Vec<_> = request.trim().lines().map(str::trim).collect();
    let end = lines.iter().position(|line| line.is_empty()).unwrap();
    let fields = lines[1..end]
        .iter()
        .map(|line| line.split_once(": ").unwrap());
    let body = lines[end..].join("\n").into();
    let mut events = receive(&headers(fields), body).unwrap().unwrap();
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn the_events_arrive_in_every_mode() {
    let mut passed = 0;
    for file in ["conformance-v1.yaml", "conformance-v1_minimum.yaml"] {
        let documents = read(file);
        for document in documents.split("---\n") {
            let event = described(document);
            let [binary, structured, batched] = sent(&event);
            assert_eq!(binary, event);
            // white space around JSON says nothing
            for arrived in [structured, batched] {
                let data =
                    |event: &CloudEvent| event.data.clone().map(|data| data.trim_ascii().to_vec());
                assert_eq!(data(&arrived), data(&event));
                let data = event.data.clone();
                assert_eq!(CloudEvent { data, ..arrived }, event);
            }
            passed += 1;
        }
    }
    assert_eq!(passed, 8);
}

/// Reads the few forms of YAML that the suite uses. Its blocks end with a line feed, which no attribute may have.
fn described(document: &str) -> CloudEvent {
    let mut event = CloudEvent::new("", "", "");
    let mut lines = document.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut value = value.trim().trim_matches('"').to_owned();
        if value == "|" {
            value.clear();
            while let Some(more) = lines.next_if(|next| indent(next) > indent(line)) {
                value = value + more.trim() + "\n";
            }
        }
        match name.trim() {
            "id" => event.id = value,
            "type" => event.kind = value,
            "source" => event.source = value,
            "time" => event.time = Some(value),
            "datacontenttype" => event.data_content_type = Some(value),
            "specversion" => assert_eq!(value, "1.0"),
            "Data" => event.data = Some(value.into()),
            name if name.starts_with("comexample") => {
                if value.ends_with('\n') {
                    let mut refused = event.clone();
                    refused.extensions.insert(name.to_owned(), value.clone());
                    let error = encode::binary(&refused).unwrap_err();
                    assert!(matches!(error, AttributeError::Value { .. }), "{error}");
                }
                let value = value.trim_end().to_owned();
                event.extensions.insert(name.to_owned(), value);
            }
            "Mode" | "ContextAttributes" | "Extensions" | "TransportExtensions" | "user-agent" => {}
            name => assert!(name.starts_with('#'), "nobody reads `{name}`"),
        }
    }
    assert!(!event.id.is_empty());
    event
}

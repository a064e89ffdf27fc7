//! Messages after the specifications' examples, with what must come of each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::{CloudEvent, encode, folder, headers, receive, sent};

/// The messages of one folder by their files' names.
fn messages(folder: &std::path::Path) -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let messages = paths.filter(|path| path.extension().is_some_and(|it| it == "json"));
    messages
        .map(|path| {
            let text = std::fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_slice::<Value>(&text).unwrap())
        })
        .filter(|(_, message)| message.get("request").is_some())
        .collect()
}

fn parts(message: &Value) -> (HeaderMap, Bytes) {
    let request = &message["request"];
    let fields = request["headers"].as_object().unwrap();
    let fields = fields.iter();
    let headers = headers(fields.map(|(name, value)| (&**name, value.as_str().unwrap())));
    let body = match (&request["body_text"], &request["body_base64"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::String(encoded)) => STANDARD.decode(encoded).unwrap(),
        _ => request
            .get("body_json")
            .map_or_else(Vec::new, |json| json.to_string().into_bytes()),
    };
    (headers, body.into())
}

#[test]
fn each_message_is_what_was_sent() {
    let messages = messages(&folder());
    assert_eq!(messages.len(), 15);
    for (file, message) in messages {
        let (headers, body) = parts(&message);
        let events = receive(&headers, body).unwrap().expect(&file);
        let expect = &message["expect"];
        if let Some(expected) = expect.get("ids") {
            let ids: Vec<_> = events.iter().map(|event| &event.id).collect();
            assert_eq!(serde_json::json!(ids), *expected, "{file}");
        } else {
            let [event] = <[CloudEvent; 1]>::try_from(events.clone()).unwrap();
            check(&file, &event, expect);
        }
        for event in events {
            assert_eq!(sent(&event).each_ref(), [&event; 3], "{file}");
        }
    }
}

#[track_caller]
fn check(file: &str, event: &CloudEvent, expect: &Value) {
    let data = event.data.as_deref();
    let mut checks = 0;
    for (what, expected) in expect.as_object().unwrap() {
        let found = match &**what {
            "data" => data.map_or("absent".into(), |_| "present".into()),
            "data_json" => serde_json::from_slice(data.unwrap()).unwrap(),
            "data_base64" => STANDARD.encode(data.unwrap()).into(),
            "data_text" | "data_bytes_text" => std::str::from_utf8(data.unwrap()).unwrap().into(),
            "datacontenttype" => event.data_content_type.clone().into(),
            "as_binary" => {
                let (headers, body) = encode::binary(event).unwrap();
                let content_type = headers["content-type"].to_str().unwrap();
                let body = std::str::from_utf8(&body).unwrap();
                serde_json::json!({ "content-type": content_type, "body": body })
            }
            _ => panic!("{file}: nobody checks `{what}`"),
        };
        assert_eq!(found, *expected, "{file}: {what}");
        checks += 1;
    }
    assert!(checks > 0, "{file} expects nothing");
}

#[test]
fn each_malformed_message_is_refused() {
    let messages = messages(&folder().join("invalid"));
    assert_eq!(messages.len(), 22);
    for (file, message) in messages {
        let (headers, body) = parts(&message);
        let refused = receive(&headers, body).expect_err(&file);
        let expected = &message["expect"]["status"];
        assert_eq!(refused.status().as_u16(), *expected, "{file}: {refused}");
    }
}

#[test]
fn header_values_are_read_and_written_as_the_table_says() {
    let table = std::fs::read(folder().join("header-values.json")).unwrap();
    let table: Value = serde_json::from_slice(&table).unwrap();
    let rows = |name: &str| table[name].as_array().unwrap().clone();
    for row in rows("decode") {
        let header = row["header"].as_str().unwrap();
        let required = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/"),
            ("ce-type", "a"),
        ];
        let headers = headers(required.into_iter().chain([("ce-subject", header)]));
        let subject = receive(&headers, Bytes::new()).map(|events| {
            let [event] = <[CloudEvent; 1]>::try_from(events.unwrap()).unwrap();
            event.subject
        });
        match (row["value"].as_str(), row["status"].as_u64()) {
            (None, Some(status)) => {
                let refused = subject.expect_err(header);
                assert_eq!(u64::from(refused.status().as_u16()), status, "{header}");
            }
            // what the specification leaves open stands for itself
            (value, _) => assert_eq!(subject.unwrap().as_deref(), value.or(Some(header))),
        }
    }
    for row in rows("encode") {
        let written = encode::header_value(row["value"].as_str().unwrap()).unwrap();
        assert_eq!(written.to_str().unwrap(), row["header"]);
    }
}

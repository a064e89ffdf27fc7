//! An event arrives as it was sent, in every mode; and nothing that arrives does harm.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{CloudEvent, decode, encode, receive, sent};
use crate::cloudevents::media_type;

/// Text that an attribute may have.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[a%\"\\\\ é😀]{0,8}",
        any::<String>().prop_filter("legal", |text| {
            let probe = CloudEvent::new(text.as_str(), "/", "t");
            text.is_empty() || probe.check().is_ok()
        }),
    ]
}

fn some_text() -> impl Strategy<Value = String> {
    text().prop_filter("not empty", |text| !text.is_empty())
}

fn extensions() -> impl Strategy<Value = BTreeMap<String, String>> {
    let is_free = |name: &String| {
        let mut probe = CloudEvent::new("1", "/", "t");
        probe.extensions.insert(name.clone(), String::new());
        probe.check().is_ok()
    };
    btree_map("[a-z0-9]{1,24}".prop_filter("free", is_free), text(), 0..4)
}

fn data() -> impl Strategy<Value = (Option<String>, Option<Bytes>)> {
    let json = prop_oneof![
        select(vec![
            "null",
            "\"a\"",
            "{ \"a\" : [1.50, {}]}",
            "-0",
            "\"\\ud800\""
        ])
        .prop_map(str::to_owned),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let bytes = prop_oneof![
        json.prop_map(String::into_bytes),
        any::<String>().prop_map(String::into_bytes),
        vec(any::<u8>(), 0..40),
    ];
    let types = [
        "application/json",
        "application/vnd.a+JSON; charset=utf-8",
        "text/plain",
        "text/plain; charset=latin1",
        "application/xml",
        "image/png",
    ];
    let content_type = option::of(select(types.to_vec()).prop_map(str::to_owned));
    (content_type, option::of(bytes.prop_map(Bytes::from)))
}

fn event() -> impl Strategy<Value = CloudEvent> {
    let required = (some_text(), some_text(), some_text());
    let times = vec!["2018-04-05T17:31:00Z", "1998-12-31t23:59:60.5+00:00"];
    let schemas = vec!["urn:a", "https://example.com/a%20b.json"];
    let optional = (
        option::of(some_text()),
        option::of(select(times).prop_map(str::to_owned)),
        option::of(select(schemas).prop_map(str::to_owned)),
    );
    (required, optional, extensions(), data()).prop_map(|(required, optional, extensions, data)| {
        let (id, source, kind) = required;
        let (subject, time, data_schema) = optional;
        let (data_content_type, data) = data;
        CloudEvent {
            subject,
            time,
            data_content_type,
            data_schema,
            extensions,
            data,
            ..CloudEvent::new(id, source, kind)
        }
    })
}

/// The event as structured mode hands it on: without white space around data that is JSON.
fn trimmed(event: &CloudEvent) -> CloudEvent {
    let content_type = event.data_content_type.as_deref();
    let is_json = content_type.is_some_and(media_type::is_json);
    let data = event.data.as_ref().map(|data| {
        let value: Option<&serde_json::value::RawValue> = serde_json::from_slice(data).ok();
        match value {
            Some(value) if is_json => data.slice_ref(value.get().as_bytes()),
            _ => data.clone(),
        }
    });
    CloudEvent {
        data,
        ..event.clone()
    }
}

/// Headers near those of events.
fn fields() -> impl Strategy<Value = HeaderMap> {
    let names = select(vec![
        "ce-specversion",
        "ce-id",
        "ce-source",
        "ce-type",
        "ce-time",
        "ce-datacontenttype",
        "ce-ext",
        "ce-",
        "content-type",
        "x-other",
    ]);
    let values = prop_oneof![
        select(vec![
            "1.0",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "\"a\\",
        ])
        .prop_map(|value| value.as_bytes().to_vec()),
        vec(any::<u8>(), 0..12),
    ];
    vec((names, values), 0..8).prop_map(|fields| {
        let legal = fields.into_iter().filter_map(|(name, value)| {
            let value = HeaderValue::from_bytes(&value).ok()?;
            Some((HeaderName::from_static(name), value))
        });
        legal.collect()
    })
}

/// Bytes near an event's JSON.
fn near_json() -> impl Strategy<Value = Vec<u8>> {
    let spoiled = (
        event(),
        any::<prop::sample::Index>(),
        any::<u8>(),
        any::<bool>(),
    );
    prop_oneof![
        vec(any::<u8>(), 0..40),
        spoiled.prop_map(|(event, place, byte, is_batch)| {
            let mut text = if is_batch {
                encode::batch(&[event.clone(), event]).unwrap()
            } else {
                encode::structured(&event).unwrap()
            };
            let place = place.index(text.len());
            text[place] = byte;
            text
        }),
    ]
}

proptest! {
    #[test]
    fn an_event_arrives_as_it_was_sent(event in event()) {
        let [binary, structured, batched] = sent(&event);
        // HTTP cannot tell empty data from none
        let data = event.data.clone().filter(|data| !data.is_empty());
        prop_assert_eq!(&binary, &CloudEvent { data, ..event.clone() });
        prop_assert_eq!(&structured, &trimmed(&event));
        prop_assert_eq!(&batched, &structured);
    }

    #[test]
    fn a_batch_keeps_its_order(events in vec(event(), 0..5)) {
        let text = Bytes::from(encode::batch(&events).unwrap());
        let expected: Vec<_> = events.iter().map(trimmed).collect();
        prop_assert_eq!(decode::batch(text).unwrap(), expected);
    }

    #[test]
    fn keys_are_alike_for_duplicates_alone(a in ("[a:1]{0,4}", "[a:1]{0,4}"), b in ("[a:1]{0,4}", "[a:1]{0,4}")) {
        let key = |(source, id): &(String, String)| CloudEvent::new(id, source, "t").idempotency_key();
        prop_assert_eq!(key(&a) == key(&b), a == b);
    }

    #[test]
    fn what_arrives_keeps_the_rules(headers in fields(), body in near_json()) {
        let body = Bytes::from(body);
        let received = [
            receive(&headers, body.clone()).map(Option::unwrap_or_default),
            decode::structured(body.clone()).map(|event| vec![event]),
            decode::batch(body),
        ];
        for events in received {
            match events {
                Ok(events) => for event in events {
                    prop_assert_eq!(event.check(), Ok(()));
                    let text = Bytes::from(encode::structured(&event).unwrap());
                    prop_assert_eq!(decode::structured(text).unwrap(), trimmed(&event));
                },
                Err(refused) => {
                    prop_assert!(refused.status().is_client_error());
                    prop_assert!(!refused.to_string().is_empty());
                }
            }
        }
    }
}

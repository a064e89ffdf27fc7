//! The rules of decoding one by one.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::StatusCode;

use super::decode::{BATCHED, DecodeError, Mode, STRUCTURED, batch, mode, structured};
use super::{CloudEvent, headers, receive};

const REQUIRED: [(&str, &str); 4] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "/a"),
    ("ce-type", "t"),
];

/// Receives an event in binary mode with these headers beside the required ones.
fn binary(more: &[(&str, &str)], body: &'static [u8]) -> Result<CloudEvent, DecodeError> {
    let headers = headers(REQUIRED.iter().chain(more).copied());
    let events = receive(&headers, Bytes::from_static(body))?.expect("it says so");
    let [event] = <[CloudEvent; 1]>::try_from(events).unwrap();
    Ok(event)
}

/// Reads a JSON object with these members beside the required ones.
fn json(more: &str) -> Result<CloudEvent, DecodeError> {
    let required = r#""specversion":"1.0","id":"1","source":"/a","type":"t""#;
    structured(Bytes::from(format!("{{{required}{more}}}")))
}

fn data(event: &CloudEvent) -> Option<&str> {
    event
        .data
        .as_deref()
        .map(|data| str::from_utf8(data).unwrap())
}

#[test]
fn the_content_type_tells_the_mode() {
    #[track_caller]
    fn check(fields: &[(&str, &str)], expected: Result<Option<Mode>, u16>) {
        let found = mode(&headers(fields.iter().copied()));
        let found = found.map_err(|error| error.status().as_u16());
        assert_eq!(found, expected, "{fields:?}");
    }
    for (content_type, expected) in [
        ("application/cloudevents+json", Ok(Some(Mode::Structured))),
        (
            "Application/CloudEvents+JSON ; charset=utf-8",
            Ok(Some(Mode::Structured)),
        ),
        (
            "application/cloudevents-batch+json",
            Ok(Some(Mode::Batched)),
        ),
        (
            "APPLICATION/CLOUDEVENTS-BATCH+JSON;charset=utf-8",
            Ok(Some(Mode::Batched)),
        ),
        ("application/cloudevents+avro", Err(415)),
        ("application/cloudevents+protobuf", Err(415)),
        ("application/cloudevents-batch+xml", Err(415)),
        ("application/cloudevents", Err(415)),
        ("application/json", Ok(None)),
        ("application/cloud", Ok(None)),
        ("text/plain; was=application/cloudevents+json", Ok(None)),
    ] {
        check(&[("content-type", content_type)], expected);
        // the body wins over the headers
        let expected = expected.map(|mode| mode.or(Some(Mode::Binary)));
        check(
            &[("content-type", content_type), ("ce-specversion", "1.0")],
            expected,
        );
    }
    check(&[], Ok(None));
    check(&[("CE-SpecVersion", "1.0")], Ok(Some(Mode::Binary)));
    for name in ["ce-id", "ce-source", "ce-type"] {
        check(&[(name, "x")], Err(400));
    }
    // only required ones mark an event
    check(&[("ce-subject", "x"), ("ce-time", "x")], Ok(None));
    let twice = [("content-type", "text/plain"), ("content-type", STRUCTURED)];
    check(&twice, Err(400));
    check(&[twice[0]; 2], Ok(None));
}

#[test]
fn the_body_wins_over_headers() {
    let headers = headers([
        ("content-type", STRUCTURED),
        ("ce-id", "2"),
        ("ce-x", "%FF"),
    ]);
    let body = r#"{"specversion":"1.0","id":"1","source":"/a","type":"t"}"#;
    let events = receive(&headers, Bytes::from(body)).unwrap().unwrap();
    assert_eq!(events, [CloudEvent::new("1", "/a", "t")]);
}

#[test]
fn binary_mode_takes_the_content_type_and_no_second_one() {
    let event = binary(&[("ce-datacontenttype", "text/html")], b"x").unwrap();
    assert_eq!(event.data_content_type, None);
    assert_eq!(event.data.as_deref(), Some(&b"x"[..]));
    let event = binary(&[("Content-Type", "text/plain; charset=x")], b"").unwrap();
    assert_eq!(
        event.data_content_type.as_deref(),
        Some("text/plain; charset=x")
    );
    assert_eq!(event.data, None);
}

#[test]
fn header_values_are_decoded_once() {
    for (value, expected) in [
        ("a%20b", "a b"),
        ("%2541", "%41"),
        ("5%", "5%"),
        ("%zz%4", "%zz%4"),
        ("\"a \\\"b\\\\ %22\"", "a \"b\\ \""),
        ("\"\"", ""),
        ("\"", "\""),
        ("\"a", "\"a"),
        ("\"a\", \"b\"", "\"a\", \"b\""),
        ("\"a\\\"", "\"a\\\""),
        ("grün", "grün"),
        ("", ""),
    ] {
        let event = binary(&[("ce-ext", value)], b"").unwrap();
        assert_eq!(event.extension("ext"), Some(expected), "{value}");
    }
    for value in ["%C0%A0", "a%ff", "%ED%A0%80"] {
        let refused = binary(&[("ce-ext", value)], b"").unwrap_err();
        assert!(matches!(refused, DecodeError::Encoding { .. }), "{value}");
    }
}

#[test]
fn names_and_values_keep_the_rules() {
    for (name, value) in [
        ("a_b", "x"),
        ("a-b", "x"),
        ("data", "x"),
        ("ext", "a%00b"),
        ("ext", "a%0Ab"),
        ("ext", "a%C2%80b"),
        ("ext", "a%EF%BF%BE"),
        ("ext", "a%EF%B7%90"),
        ("subject", ""),
        ("subject", "%09"),
        ("time", "2018-04-05"),
        ("dataschema", ""),
        ("dataschema", "/relative"),
        ("dataschema", "1a:b"),
    ] {
        let header = format!("ce-{name}");
        let refused = binary(&[(&header, value)], b"").unwrap_err();
        assert!(
            matches!(refused, DecodeError::Attribute(_)),
            "{name}: {refused}"
        );
    }
    let refused = binary(&[("content-type", "text/pläin")], b"").unwrap_err();
    assert!(matches!(refused, DecodeError::Attribute(_)), "{refused}");
    for (name, value) in [
        ("a1", "x"),
        ("knativearrivaltime", "2018-04-05T17:31:00Z"),
        ("comexampleextension1withoutend", ""),
        ("dataschema", "urn:a"),
        ("time", "2018-04-05t17:31:00.123456789012+02:00"),
    ] {
        let header = format!("ce-{name}");
        assert!(binary(&[(&header, value)], b"").is_ok(), "{name}");
    }
    for name in ["", "a b", "Abc", "ä", "a.b", "data_base65"] {
        let refused = json(&format!(r#","{name}":"x""#)).unwrap_err();
        assert!(matches!(refused, DecodeError::Attribute(_)), "{name}");
    }
}

#[test]
fn other_versions_are_refused() {
    for version in ["0.3", "1.1", "1", "1.0.2", ""] {
        let mut fields = REQUIRED;
        fields[0].1 = version;
        let refused = receive(&headers(fields), Bytes::new()).unwrap_err();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{version}");
    }
}

#[test]
fn what_comes_twice_is_refused() {
    for field in [("ce-id", "1"), ("ce-source", "/b")] {
        let refused = binary(&[field], b"").unwrap_err();
        assert!(matches!(refused, DecodeError::Repeated { .. }), "{field:?}");
    }
    for field in [("ce-ext", "1"), ("content-type", "text/plain")] {
        let refused = binary(&[field, field], b"").unwrap_err();
        assert!(matches!(refused, DecodeError::Repeated { .. }), "{field:?}");
    }
    for members in [
        r#","id":"1""#,
        r#","ext":1,"ext":1"#,
        r#","data":1,"data":1"#,
        r#","data_base64":"","data_base64":"""#,
    ] {
        let refused = json(members).unwrap_err();
        assert!(matches!(refused, DecodeError::Repeated { .. }), "{members}");
    }
}

#[test]
fn extensions_in_json_are_texts_flags_and_integers() {
    let event = json(r#","a":"x","b":true,"c":false,"d":-2147483648,"e":5,"f":null"#).unwrap();
    let extensions = event.extensions.iter();
    let extensions: Vec<_> = extensions
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let expected = [
        ("a", "x"),
        ("b", "true"),
        ("c", "false"),
        ("d", "-2147483648"),
        ("e", "5"),
    ];
    assert_eq!(extensions, expected);
    for value in ["2147483648", "1.5", "1e3", "[]", "{}"] {
        let refused = json(&format!(r#","ext":{value}"#)).unwrap_err();
        assert!(matches!(refused, DecodeError::Form { .. }), "{value}");
    }
    for (name, value) in [("subject", "1"), ("time", "true"), ("subject", "[]")] {
        let refused = json(&format!(r#","{name}":{value}"#)).unwrap_err();
        assert!(matches!(refused, DecodeError::Form { .. }), "{name}");
    }
}

#[test]
fn json_data_is_kept_as_it_was_written() {
    for text in [
        r#"{ "b" : 1.50, "a":[ ],"b":1e400 }"#,
        "123456789012345678901234567890",
        r#""{\"a\":1}""#,
        "\"\\u0041\"",
        "null",
        "false",
    ] {
        let body = format!(
            " {{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/a\",\"type\":\"t\",\"data\":  {text}\n}} "
        );
        let body = Bytes::from(body);
        let event = structured(body.clone()).unwrap();
        assert_eq!(data(&event), Some(text));
        assert_eq!(event.data_content_type.as_deref(), Some("application/json"));
        let place = event.data.unwrap().as_ptr();
        assert!(body.as_ptr_range().contains(&place), "it was copied");
    }
}

#[test]
fn the_content_type_tells_what_data_is() {
    #[track_caller]
    fn check(members: &str, expected: Option<&str>, content_type: Option<&str>) {
        let event = json(members).unwrap();
        assert_eq!(data(&event), expected, "{members}");
        assert_eq!(
            event.data_content_type.as_deref(),
            content_type,
            "{members}"
        );
    }
    const XML: &str = r#","datacontenttype":"application/xml""#;
    const JSON: &str = r#","datacontenttype":"a/b+JSON""#;

    check("", None, None);
    check(r#","data":"a""#, Some("\"a\""), Some("application/json"));
    check(
        &format!(r#","data":"<a/>\n"{XML}"#),
        Some("<a/>\n"),
        Some("application/xml"),
    );
    check(
        &format!(r#"{JSON},"data":"a""#),
        Some("\"a\""),
        Some("a/b+JSON"),
    );
    check(r#","data_base64":"YQ==""#, Some("a"), None);
    check(r#","data_base64":"""#, Some(""), None);
    check(
        &format!(r#"{JSON},"data_base64":"eyB9""#),
        Some("{ }"),
        Some("a/b+JSON"),
    );

    // null is data only where it is JSON
    check(
        &format!(r#"{JSON},"data":null"#),
        Some("null"),
        Some("a/b+JSON"),
    );
    check(
        &format!(r#"{XML},"data":null"#),
        None,
        Some("application/xml"),
    );
    check(r#","data":null,"data_base64":"YQ==""#, Some("a"), None);
    check(
        r#","data":1,"data_base64":null"#,
        Some("1"),
        Some("application/json"),
    );
    check(r#","data_base64":null"#, None, None);

    for members in [
        r#","datacontenttype":"application/xml","data":{}"#,
        r#","datacontenttype":"text/plain","data":1"#,
        r#","data_base64":1"#,
    ] {
        let refused = json(members).unwrap_err();
        assert!(matches!(refused, DecodeError::Form { .. }), "{members}");
    }
    for encoded in ["*", "YQ", "YQ=", "YR==", "_-8="] {
        let refused = json(&format!(r#","data_base64":"{encoded}""#)).unwrap_err();
        assert!(matches!(refused, DecodeError::Base64(_)), "{encoded}");
    }
}

#[test]
fn text_that_is_no_event_is_refused() {
    for text in [
        "",
        "null",
        "1",
        "\"a\"",
        "[]",
        "{",
        "{}x",
        "{1:2}",
        "{\"id\":\"\\ud800\"}",
        "{\"id\":\"\u{1}\"}",
        "\u{feff}{}",
    ] {
        let refused = structured(Bytes::from(text)).unwrap_err();
        assert!(
            matches!(refused, DecodeError::Json(_)),
            "{text:?}: {refused}"
        );
    }
    let refused = structured(Bytes::from_static(b"{\"id\":\"\xff\"}")).unwrap_err();
    assert!(matches!(refused, DecodeError::Json(_)), "{refused}");
    let refused = structured(Bytes::from("{}")).unwrap_err();
    assert!(
        matches!(
            refused,
            DecodeError::Missing {
                name: "specversion"
            }
        ),
        "{refused}"
    );
}

#[test]
fn nesting_does_no_harm() {
    let nested = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
    assert!(json(&format!(r#","data":{nested}"#)).is_ok());
    assert!(json(&format!(r#","ext":{nested}"#)).is_err());
    assert!(batch(Bytes::from(nested)).is_err());
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let one = r#"{"specversion":"1.0","id":"1","source":"/a","type":"t"}"#;
    let received = |body: String| receive(&headers([("content-type", BATCHED)]), body.into());
    let events = received(format!(" [ {one} , {one} ] ")).unwrap().unwrap();
    assert_eq!(events, [(); 2].map(|()| CloudEvent::new("1", "/a", "t")));
    assert_eq!(received("[]".into()).unwrap().unwrap(), []);

    match received(format!("[{one},{one},{{}}]")).unwrap_err() {
        DecodeError::Item { index, source } => {
            assert_eq!(index, 2);
            assert!(matches!(*source, DecodeError::Missing { .. }));
        }
        other => panic!("{other}"),
    }
    for body in [
        format!("[{one}"),
        format!("[{one}]]"),
        one.to_owned(),
        String::new(),
    ] {
        let refused = received(body).unwrap_err();
        assert!(matches!(refused, DecodeError::Json(_)), "{refused}");
    }
}

#[test]
fn what_a_maker_left_open_is_filled_in_and_nothing_else() {
    let mut event = CloudEvent::new("", "", "t");
    event.complete("my shop", Some(UNIX_EPOCH));
    event.check().unwrap();
    assert_eq!(event.source, "my%20shop");
    assert_eq!(event.time.as_deref(), Some("1970-01-01T00:00:00Z"));
    let whole = CloudEvent::new("1", "/s", "t").with_time(UNIX_EPOCH + Duration::from_secs(9));
    let mut event = whole.clone();
    event.complete("other", Some(UNIX_EPOCH));
    assert_eq!(event, whole);
    let mut timeless = CloudEvent::new("1", "/s", "t");
    timeless.complete("other", None);
    assert_eq!(timeless.time, None);
}

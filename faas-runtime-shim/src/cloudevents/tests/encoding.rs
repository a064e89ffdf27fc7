//! What leaves, to the byte, and what is not let out.

use std::time::{Duration, UNIX_EPOCH};

use super::encode::{batch, binary, structured};
use super::{CloudEvent, decode, sent};
use crate::cloudevents::AttributeError;

fn full() -> CloudEvent {
    let mut event = CloudEvent::new("17", "/users", "com.example.user.created")
        .with_time(UNIX_EPOCH + Duration::from_millis(1_795_262_584_250));
    event.subject = Some("Zoë 50%".into());
    event.data_content_type = Some("application/json".into());
    event.data_schema = Some("https://example.com/user.json".into());
    event
        .extensions
        .insert("partitionkey".into(), "\"eu\"".into());
    event.data = Some(r#"{ "n": 1.50 }"#.into());
    event
}

#[test]
fn binary_mode() {
    let (headers, body) = binary(&full()).unwrap();
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    let expected = [
        "ce-dataschema: https://example.com/user.json",
        "ce-id: 17",
        "ce-partitionkey: %22eu%22",
        "ce-source: /users",
        "ce-specversion: 1.0",
        "ce-subject: Zo%C3%AB%2050%25",
        "ce-time: 2026-11-21T12:03:04.250Z",
        "ce-type: com.example.user.created",
        "content-type: application/json",
    ];
    assert_eq!(lines, expected);
    assert_eq!(body, r#"{ "n": 1.50 }"#);
    assert_eq!(sent(&full()).each_ref(), [&full(); 3]);
}

#[test]
fn structured_mode() {
    let expected = concat!(
        r#"{"specversion":"1.0","id":"17","source":"/users","type":"com.example.user.created","#,
        r#""subject":"Zoë 50%","time":"2026-11-21T12:03:04.250Z","datacontenttype":"application/json","#,
        r#""dataschema":"https://example.com/user.json","partitionkey":"\"eu\"","data":{ "n": 1.50 }}"#,
    );
    let written = structured(&full()).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), expected);
    let written = batch(&[full(), full()]).unwrap();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        format!("[{expected},{expected}]")
    );
    assert_eq!(batch(&[]).unwrap(), b"[]");
}

#[test]
fn the_content_type_tells_the_form_of_data_in_json() {
    #[track_caller]
    fn check(content_type: Option<&str>, data: &'static [u8], expected: &str) {
        let mut event = CloudEvent::new("1", "/a", "t");
        event.data_content_type = content_type.map(str::to_owned);
        event.data = Some(data.into());
        let written = String::from_utf8(structured(&event).unwrap()).unwrap();
        assert!(written.ends_with(&format!("{expected}}}")), "{written}");
    }
    check(Some("application/json"), b"\n[1]\r\n", r#""data":[1]"#);
    check(Some("a/b+json"), b"null", r#""data":null"#);
    check(Some("application/json"), b"{", r#""data_base64":"ew==""#);
    check(Some("application/json"), b"", r#""data_base64":"""#);
    check(
        Some("application/json"),
        b"\"\xff\"",
        r#""data_base64":"Iv8i""#,
    );
    check(Some("text/plain"), b"a\"\n", r#""data":"a\"\n""#);
    check(Some("text/plain"), b"\xff", r#""data_base64":"/w==""#);
    check(
        Some("text/plain; charset=latin1"),
        b"a",
        r#""data_base64":"YQ==""#,
    );
    check(
        Some("application/octet-stream"),
        b"a",
        r#""data_base64":"YQ==""#,
    );
    check(None, b"{}", r#""data_base64":"e30=""#);
}

#[test]
fn events_that_break_rules_stay() {
    #[track_caller]
    fn check(spoil: impl Fn(&mut CloudEvent)) {
        let mut event = full();
        spoil(&mut event);
        let refused = event.check().unwrap_err();
        assert_eq!(binary(&event).unwrap_err(), refused);
        assert_eq!(structured(&event).unwrap_err(), refused);
        assert_eq!(batch(&[full(), event]).unwrap_err(), refused);
    }
    fn extended(name: &str) -> impl Fn(&mut CloudEvent) {
        move |event| {
            event.extensions.insert(name.to_owned(), "x".to_owned());
        }
    }
    check(|event| event.id.clear());
    check(|event| event.source.clear());
    check(|event| event.kind.clear());
    check(|event| event.id.push('\n'));
    check(|event| event.subject = Some(String::new()));
    check(|event| event.time = Some("now".into()));
    check(|event| event.data_schema = Some("user.json".into()));
    check(|event| event.data_content_type = Some(String::new()));
    check(|event| event.data_content_type = Some(" text/plain".into()));
    check(|event| event.data_content_type = Some("text/plain\r\nx: y".into()));
    check(extended("id"));
    check(extended("specversion"));
    check(extended("data"));
    check(extended(""));
    check(extended("Key"));
    check(extended("a:b"));
    check(extended("a\r\nb"));
}

#[test]
fn what_no_header_can_hold_goes_in_structured_mode() {
    let mut event = full();
    event.extensions.insert("x".repeat(70_000), String::new());
    let refused = binary(&event).unwrap_err();
    assert!(
        matches!(refused, AttributeError::Header { .. }),
        "{refused}"
    );
    assert!(structured(&event).is_ok());

    let mut event = full();
    let names = (0..40_000).map(|number| (format!("x{number}"), String::new()));
    event.extensions.extend(names);
    let refused = binary(&event).unwrap_err();
    assert!(
        matches!(refused, AttributeError::Header { .. }),
        "{refused}"
    );
    assert!(structured(&event).is_ok());
}

#[test]
fn data_that_is_an_event_goes_in_structured_mode() {
    let mut event = full();
    for content_type in [
        "application/cloudevents+json",
        "Application/CloudEvents-Batch+json; a=b",
    ] {
        event.data_content_type = Some(content_type.into());
        assert!(matches!(binary(&event), Err(AttributeError::Value { .. })));
        let text = structured(&event).unwrap().into();
        assert_eq!(decode::structured(text).unwrap(), event);
    }
}

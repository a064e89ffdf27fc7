//! HTTP through every envelope: what the handler gets, and what the front end reads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::api::Event;
use super::events::{HttpAnswer, fixture, http_v2, redirected, with_body};
use super::probe::Probe;

/// One recorded event for every envelope, and how its front end takes several cookies.
const ENVELOPES: [(&str, Cookies); 8] = [
    ("apigw-rest-v1.json", Cookies::Lists),
    ("apigw-http-v1-format.json", Cookies::Lists),
    ("apigw-http-v2.json", Cookies::Array),
    ("function-url.json", Cookies::Array),
    ("function-url-iam.json", Cookies::Array),
    ("alb-single-value.json", Cookies::Spellings),
    ("alb-multi-value.json", Cookies::Lists),
    ("vpc-lattice-v2.json", Cookies::Spellings),
];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Cookies {
    /// `cookies` beside the headers.
    Array,
    /// `multiValueHeaders`, and no `headers` beside it.
    Lists,
    /// `headers`, each under another spelling of the name.
    Spellings,
}

#[track_caller]
fn answer(probe: &Probe, event: &Value) -> (HttpAnswer, Value) {
    let request = probe.answer(Event::new(event.to_string()));
    (HttpAnswer::of(&request), request.json())
}

#[test]
fn every_byte_travels_both_ways() {
    let probe = Probe::start(&[]);
    let bytes: Vec<u8> = (0..=255).collect();
    for (name, _) in ENVELOPES {
        let event = redirected(fixture(name), "POST", "/echo");
        let event = with_body(event, "application/octet-stream", &bytes);
        let (answer, _) = answer(&probe, &event);
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.is_base64, "{name}");
        assert_eq!(answer.body, bytes, "{name}");
        assert_eq!(
            answer.headers["content-type"],
            ["application/octet-stream"],
            "{name}"
        );
    }
}

#[test]
fn text_stays_text() {
    let probe = Probe::start(&[]);
    let text = "žluťoučký 🐎 \"\\\u{1}\n";
    for (name, _) in ENVELOPES {
        let event = redirected(fixture(name), "PUT", "/echo");
        let event = with_body(event, "text/plain; charset=utf-8", text.as_bytes());
        let (answer, _) = answer(&probe, &event);
        assert!(!answer.is_base64, "{name}");
        assert_eq!(answer.text(), text, "{name}");
    }
}

#[test]
fn text_that_is_no_utf_8_and_bytes_without_a_type_are_base64() {
    let probe = Probe::start(&[]);
    let cases: [(&str, &[u8], bool); 4] = [
        ("text/plain; charset=iso-8859-1", b"caf\xe9", true),
        ("", b"\xff\xfe", true),
        ("", b"plain", false),
        ("image/png", b"plain", true),
    ];
    for (content_type, body, is_base64) in cases {
        let event = with_body(http_v2("POST", "/echo"), content_type, body);
        let (answer, _) = answer(&probe, &event);
        assert_eq!(answer.body, body, "{content_type}");
        assert_eq!(answer.is_base64, is_base64, "{content_type}");
    }
}

#[test]
fn several_cookies_go_out_in_each_front_ends_way() {
    let probe = Probe::start(&[]);
    for (name, way) in ENVELOPES {
        let event = redirected(fixture(name), "GET", "/cookies");
        let (answer, raw) = answer(&probe, &event);
        let mut cookies = answer.cookies;
        cookies.sort();
        assert_eq!(cookies, ["first=1; Path=/", "second=2; HttpOnly"], "{name}");
        assert_eq!(
            raw.get("cookies").is_some(),
            way == Cookies::Array,
            "{name}"
        );
        let lists = raw.get("multiValueHeaders").is_some();
        assert_eq!(lists, way == Cookies::Lists, "{name}");
        let empty = raw["headers"]
            .as_object()
            .is_none_or(serde_json::Map::is_empty);
        assert_eq!(
            empty,
            way == Cookies::Lists,
            "{name}: a name in both maps is sent twice"
        );
    }
}

#[test]
fn cookies_come_in_as_one_header() {
    let probe = Probe::start(&[]);
    let mut array = http_v2("GET", "/cookies");
    array["cookies"] = json!(["a=1", "b=2"]);
    let mut header = http_v2("GET", "/cookies");
    header["headers"]["cookie"] = "a=1; b=2".into();
    let mut both = array.clone();
    both["headers"]["cookie"] = "a=1; b=2".into();
    for event in [array, header, both] {
        let (answer, _) = answer(&probe, &event);
        assert_eq!(answer.json(), json!(["a=1; b=2"]), "{event}");
    }
}

#[test]
fn repeated_request_headers_keep_every_value() {
    let probe = Probe::start(&[]);
    let cases = [
        (
            "apigw-http-v1-format.json",
            "header2",
            json!(["value1", "value2"]),
        ),
        ("vpc-lattice-v2.json", "multi", json!(["x", "y"])),
    ];
    for (name, header, values) in cases {
        let event = redirected(fixture(name), "GET", "/headers");
        let (answer, _) = answer(&probe, &event);
        assert_eq!(answer.json()[header], values, "{name}");
    }
}

#[test]
fn a_head_request_gets_no_body() {
    let probe = Probe::start(&[]);
    for (name, _) in ENVELOPES {
        for path in ["/hello/ada", "/headers", "/stream/3"] {
            let event = redirected(fixture(name), "HEAD", path);
            let (answer, raw) = answer(&probe, &event);
            assert_eq!(answer.status, 200, "{name} {path}");
            assert_eq!(raw["body"], "", "{name} {path}");
            assert!(!answer.is_base64, "{name} {path}");
        }
    }
}

#[test]
fn a_stage_is_not_part_of_the_route() {
    let probe = Probe::start(&[]);
    let mut event = fixture("apigw-http-v2-stage-in-path.json");
    let stage = event["requestContext"]["stage"]
        .as_str()
        .unwrap()
        .to_owned();
    event = redirected(event, "GET", &format!("/{stage}/hello/ada"));
    let (answer, _) = answer(&probe, &event);
    assert_eq!(answer.json(), json!({ "greeting": "hello ada" }));
}

#[test]
fn the_path_is_decoded_once_whoever_decoded_it() {
    let probe = Probe::start(&[]);
    let cases = [
        // sent as it is
        ("apigw-rest-v1.json", "/hello/a%20b%2Fc", "hello a b/c"),
        ("function-url.json", "/hello/a%20b%25", "hello a b%"),
        ("alb-single-value.json", "/hello/%C3%BC", "hello ü"),
        // decoded by the front end
        ("apigw-http-v2.json", "/hello/a b", "hello a b"),
        ("apigw-http-v2.json", "/hello/100%", "hello 100%"),
        ("apigw-http-v1-format.json", "/hello/%20", "hello %20"),
    ];
    for (name, path, greeting) in cases {
        let event = redirected(fixture(name), "GET", path);
        let (answer, _) = answer(&probe, &event);
        assert_eq!(
            answer.json(),
            json!({ "greeting": greeting }),
            "{name} {path}"
        );
    }
}

#[test]
fn failures_of_http_functions_are_answers() {
    let probe = Probe::start(&[]);
    let problem = |status: u64, title: &str| json!({ "title": title, "status": status });
    let cases = [
        ("/fail", 500, problem(500, "Internal Server Error")),
        ("/panic", 500, problem(500, "Internal Server Error")),
        (
            "/nowhere",
            404,
            json!({ "title": "Not Found", "status": 404, "detail": "no function takes this path" }),
        ),
    ];
    for (name, _) in ENVELOPES {
        for (path, status, expected) in &cases {
            let event = redirected(fixture(name), "GET", path);
            let (answer, _) = answer(&probe, &event);
            assert_eq!(answer.status, *status, "{name} {path}");
            assert_eq!(&answer.json(), expected, "{name} {path}");
            let expected = BTreeMap::from([(
                "content-type".to_owned(),
                vec!["application/problem+json".to_owned()],
            )]);
            assert_eq!(answer.headers, expected, "{name} {path}");
        }
    }
    probe.serves();
}

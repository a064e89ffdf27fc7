//! Answers as each front end reads them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;
use http::response::Parts;
use http::{Response, StatusCode};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Envelope, error, http as encode};

const ENVELOPES: [Envelope; 6] = [
    Envelope::RestV1,
    Envelope::HttpV2,
    Envelope::Alb { multi_value: false },
    Envelope::Alb { multi_value: true },
    Envelope::Lattice,
    Envelope::WebSocket,
];

fn head(status: u16, headers: &[(&str, &str)]) -> Parts {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    response.body(()).unwrap().into_parts().0
}

fn text(envelope: Envelope, head: &Parts, body: &[u8]) -> String {
    let mut out = Vec::new();
    encode(envelope, head, body, &mut out);
    String::from_utf8(out).unwrap()
}

fn answer(envelope: Envelope, head: &Parts, body: &[u8]) -> Value {
    serde_json::from_str(&text(envelope, head, body)).unwrap()
}

#[test]
fn every_envelope_has_its_form() {
    let head = head(
        201,
        &[
            ("content-type", "application/json"),
            ("vary", "accept"),
            ("set-cookie", "a=1; Path=/"),
            ("vary", "origin"),
            ("set-cookie", "b=2"),
            ("set-cookie", "c=3"),
            ("content-length", "12"),
            ("connection", "keep-alive"),
            ("x-quote", "say \"hi\"\t\\o/"),
        ],
    );
    let mut all = String::new();
    for envelope in ENVELOPES {
        all += &format!(
            "{envelope:?}\n{}\n\n",
            text(envelope, &head, b"{\"hello\":\"ada\"}")
        );
    }
    insta::assert_snapshot!("envelopes", all);
}

#[test]
fn an_empty_answer_has_its_form_too() {
    let head = head(200, &[]);
    let mut all = String::new();
    for envelope in ENVELOPES {
        all += &format!("{envelope:?}\n{}\n\n", text(envelope, &head, b""));
    }
    insta::assert_snapshot!("empty_answers", all);
}

#[test]
fn a_function_url_s_recorded_answer_is_made() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/aws/response-function-url.json"
    );
    let mut recorded: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    // names are the same in any case, and ours are `http`'s
    recorded["headers"] =
        json!({"content-type": "application/json", "my-custom-header": "Custom Value"});
    let head = head(
        201,
        &[
            ("content-type", "application/json"),
            ("my-custom-header", "Custom Value"),
            (
                "set-cookie",
                "Cookie_1=Value1; Expires=21 Oct 2021 07:48 GMT",
            ),
            ("set-cookie", "Cookie_2=Value2; Max-Age=78000"),
        ],
    );
    let body = br#"{ "message": "Hello, world!" }"#;
    assert_eq!(answer(Envelope::HttpV2, &head, body), recorded);
}

#[test]
fn an_answer_without_a_body_has_an_empty_one() {
    for status in [204, 304] {
        for envelope in ENVELOPES {
            let answer = answer(
                envelope,
                &head(status, &[("content-type", "image/png")]),
                b"\xff",
            );
            assert_eq!(
                (&answer["body"], &answer["isBase64Encoded"]),
                (&json!(""), &json!(false))
            );
        }
    }
}

#[test]
fn the_bytes_decide_between_text_and_base64() {
    for (headers, body, is_base64) in [
        (&[("content-type", "text/plain")][..], &b"text"[..], false),
        (
            &[("content-type", "text/plain; charset=latin1")],
            b"caf\xe9",
            true,
        ),
        (
            &[("content-type", "application/json")],
            "é".as_bytes(),
            false,
        ),
        (
            &[("content-type", "application/unheard-of")],
            b"text",
            false,
        ),
        (&[], b"text", false),
        (&[], b"\x89PNG", true),
        (&[("content-type", "image/png")], b"text", true),
        (
            &[("content-type", "IMAGE/SVG+XML; charset=utf-8")],
            b"<svg/>",
            false,
        ),
        (
            &[("content-type", "application/Octet-Stream")],
            b"text",
            true,
        ),
        (&[("content-type", "audio/x; a=b")], b"text", true),
        (&[("content-type", "/")], b"text", false),
        (&[("content-encoding", "gzip")], b"text", true),
        (&[("content-encoding", "Identity")], b"text", false),
        (
            &[("content-encoding", "gzip"), ("content-type", "image/png")],
            b"",
            false,
        ),
    ] {
        for envelope in ENVELOPES {
            let answer = answer(envelope, &head(200, headers), body);
            assert_eq!(answer["isBase64Encoded"], is_base64, "{headers:?}");
        }
    }
}

#[test]
fn only_an_alb_gets_a_description_and_only_a_known_one() {
    for envelope in ENVELOPES {
        let known = answer(envelope, &head(404, &[]), b"");
        let is_alb = matches!(envelope, Envelope::Alb { .. });
        let expected = if is_alb {
            json!("404 Not Found")
        } else {
            Value::Null
        };
        assert_eq!(known["statusDescription"], expected);
        let unknown = answer(envelope, &head(599, &[]), b"");
        assert_eq!(unknown["statusDescription"], Value::Null);
        assert_eq!(unknown["statusCode"], 599);
    }
}

#[test]
fn headers_of_the_connection_stay_here() {
    let head = head(
        200,
        &[
            ("Connection", "close"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("content-length", "0"),
            ("trailer", "x"),
            ("x-mine", "1"),
        ],
    );
    for envelope in ENVELOPES {
        let answer = answer(envelope, &head, b"");
        let maps = [&answer["headers"], &answer["multiValueHeaders"]];
        let names = maps
            .into_iter()
            .filter_map(Value::as_object)
            .flat_map(|map| map.keys());
        assert_eq!(names.collect::<Vec<_>>(), ["x-mine"]);
    }
}

#[test]
fn more_cookies_than_spellings_are_left_out() {
    let mut head = head(200, &[]);
    for n in 0..600 {
        let cookie = HeaderValue::from_str(&format!("c{n}=1")).unwrap();
        head.headers.append("set-cookie", cookie);
    }
    let answer = answer(Envelope::Alb { multi_value: false }, &head, b"");
    let headers = answer["headers"].as_object().unwrap();
    assert_eq!(headers.len(), 512);
    assert_eq!(headers["set-cookie"], "c0=1");
    assert_eq!(headers["Set-cookie"], "c1=1");
    assert!(
        headers
            .keys()
            .all(|name| name.eq_ignore_ascii_case("set-cookie"))
    );
}

#[test]
fn header_values_that_are_not_utf_8_are_latin_1() {
    let mut head = head(200, &[("x-utf-8", "é")]);
    head.headers.insert(
        "x-latin-1",
        HeaderValue::from_bytes(b"caf\xe9 \"\x80\"").unwrap(),
    );
    let answer = answer(Envelope::HttpV2, &head, b"");
    assert_eq!(answer["headers"]["x-latin-1"], "café \"\u{80}\"");
    assert_eq!(answer["headers"]["x-utf-8"], "é");
}

#[test]
fn it_appends_to_what_is_there() {
    let mut out = b"before".to_vec();
    encode(Envelope::HttpV2, &head(200, &[]), b"\xff", &mut out);
    assert_eq!(&out[..6], b"before");
    assert!(serde_json::from_slice::<Value>(&out[6..]).is_ok());
}

#[test]
fn an_error_has_the_runtime_api_s_form() {
    let mut out = Vec::new();
    error("Function.Failure", "\"a\"\n\u{1}é", &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"errorType":"Function.Failure","errorMessage":"\"a\"\n\u0001é","stackTrace":[]}"#
    );
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let value = prop::collection::vec(
        prop_oneof![Just(b'\t'), 0x20..0x7f_u8, 0x80..=0xff_u8],
        0..20,
    );
    prop::collection::vec(("x-[a-c]|set-cookie|vary", value), 0..8)
}

fn shown(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }
}

proptest! {
    #[test]
    fn every_body_arrives(body: Vec<u8>, text: String, status in 200_u16..600) {
        for body in [&body[..], text.as_bytes()] {
            for envelope in ENVELOPES {
                let answer = answer(envelope, &head(status, &[]), body);
                prop_assert_eq!(&answer["statusCode"], status);
                let arrived = answer["body"].as_str().unwrap();
                let arrived = if answer["isBase64Encoded"] == true {
                    STANDARD.decode(arrived).unwrap()
                } else {
                    arrived.as_bytes().to_vec()
                };
                let has_body = !matches!(StatusCode::from_u16(status).unwrap().as_u16(), 204 | 304);
                prop_assert_eq!(arrived, if has_body { body } else { b"" });
            }
        }
    }

    #[test]
    fn every_header_arrives(headers in headers()) {
        let mut head = head(200, &[]);
        for (name, value) in &headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            head.headers.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        for envelope in ENVELOPES {
            let answer = answer(envelope, &head, b"");
            for name in head.headers.keys() {
                let values = head.headers.get_all(name).iter();
                let values: Vec<_> = values.map(|value| shown(value.as_bytes())).collect();
                let arrived = match envelope {
                    Envelope::RestV1 | Envelope::Alb { multi_value: true } => {
                        prop_assert_eq!(&answer["headers"], &Value::Null);
                        answer["multiValueHeaders"][name.as_str()].clone()
                    }
                    Envelope::HttpV2 if name == "set-cookie" => answer["cookies"].clone(),
                    _ if name == "set-cookie" => {
                        let map = answer["headers"].as_object().unwrap();
                        let spelled = map.iter().filter(|(key, _)| key.eq_ignore_ascii_case("set-cookie"));
                        let mut spelled: Vec<_> = spelled.map(|(_, value)| value.as_str().unwrap()).collect();
                        spelled.sort_unstable();
                        let mut values: Vec<_> = values.iter().map(String::as_str).collect();
                        values.sort_unstable();
                        prop_assert_eq!(spelled, values);
                        continue;
                    }
                    _ => {
                        prop_assert_eq!(&answer["headers"][name.as_str()], &json!(values.join(", ")));
                        continue;
                    }
                };
                prop_assert_eq!(arrived, json!(values));
            }
        }
    }
}

//! Streamed answers: the prelude, the chunks when they are there, and what becomes of a stream that does not get to its end.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::api::{At, Event, Mode, Poll, Posting, Request, in_ms};
use super::events::{fixture, get, http_v2, redirected};
use super::invocations::{failed, replied};
use super::probe::Probe;

const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
const ERROR_BODY: &str = "Lambda-Runtime-Function-Error-Body";

fn streaming(mode: Mode) -> Probe {
    Probe::of_mode(mode, &[("FAAS_RESPONSE_MODE", "stream")])
}

/// A streamed HTTP answer that came to its end: its prelude and its body.
#[track_caller]
fn streamed(answer: &Request) -> (Value, &[u8]) {
    let text = String::from_utf8_lossy(&answer.body);
    assert!(answer.is_streamed(), "{text}");
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.awslambda.http-integration-response"
    );
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    assert!(!answer.has_header("content-length"));
    assert_eq!(
        answer.header("trailer"),
        format!("{ERROR_TYPE}, {ERROR_BODY}")
    );
    assert_eq!((answer.is_whole, answer.status), (true, 202), "{text}");
    answer.split()
}

/// The error that came after a stream.
#[track_caller]
fn broken_off(answer: &Request, kind: &str) -> Value {
    streamed(answer);
    assert_eq!(answer.trailer(ERROR_TYPE), kind);
    let document = STANDARD.decode(answer.trailer(ERROR_BODY)).unwrap();
    serde_json::from_slice(&document).unwrap()
}

#[test]
fn every_http_answer_has_a_prelude() {
    let probe = streaming(Mode::Classic);
    let answer = probe.answer(get("/hello/ada"));
    let (prelude, body) = streamed(&answer);
    assert_eq!(prelude["statusCode"], 200);
    assert_eq!(prelude["headers"]["content-type"], "application/json");
    assert_eq!(body, br#"{"greeting":"hello ada"}"#);
    // our own answers too, and those without a body
    for (path, status) in [("/nowhere", 404), ("/fail", 500), ("/panic", 500)] {
        let answer = probe.answer(get(path));
        let (prelude, body) = streamed(&answer);
        assert_eq!(prelude["statusCode"], status, "{path}");
        let problem: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(answer.trailer(ERROR_TYPE), "");
    }
    let answer = probe.answer(Event::new(http_v2("GET", "/cookies").to_string()));
    let (prelude, _) = streamed(&answer);
    assert_eq!(
        prelude["cookies"],
        json!(["first=1; Path=/", "second=2; HttpOnly"])
    );
}

#[test]
fn a_rest_api_gets_lists_of_headers() {
    let probe = streaming(Mode::Classic);
    let event = redirected(fixture("apigw-rest-v1.json"), "GET", "/cookies");
    let answer = probe.answer(Event::new(event.to_string()));
    let (prelude, _) = streamed(&answer);
    assert_eq!(
        prelude["multiValueHeaders"]["set-cookie"],
        json!(["first=1; Path=/", "second=2; HttpOnly"])
    );
}

#[test]
fn what_is_there_goes_out_at_once() {
    let probe = streaming(Mode::Classic);
    let event = get("/drip").header("Lambda-Runtime-Deadline-Ms", &in_ms(2_000).to_string());
    let id = event.id().to_owned();
    probe.api.polls([Poll::Hand(event)]);
    // the rest never comes, so this came before it
    let prelude = probe.arrived(&id, 1);
    let begun = probe.arrived(&id, prelude.len().max(9));
    assert!(begun.starts_with(b"{"), "{begun:?}");
    let answer = probe.received();
    assert_eq!(streamed(&answer).1, b"one");
    // and it ended by the deadline, before the platform's
    let document = broken_off(&answer, "Function.Timeout");
    assert_eq!(document["errorType"], "Timeout");
    probe.logs("faas-probe: given up");
    assert_eq!(
        streamed(&probe.answer(get("/hello/ada"))).0["statusCode"],
        200
    );
}

#[test]
fn an_error_on_the_way_comes_after_the_body() {
    let probe = streaming(Mode::Classic);
    let answer = probe.answer(get("/broken/3"));
    let document = broken_off(&answer, &answer.trailer(ERROR_TYPE));
    assert!(answer.trailer(ERROR_TYPE).starts_with("Function."));
    assert!(document["errorType"].is_string(), "{document}");
    assert_eq!(streamed(&answer).1, b"piecepiecepiece");
    let answer = probe.answer(get("/bursting"));
    broken_off(&answer, "Function.Panic");
    assert_eq!(streamed(&answer).1, b"one");
    // an error before the first byte has a status
    let answer = probe.answer(get("/broken/0"));
    assert_eq!(streamed(&answer).0["statusCode"], 500);
    assert_eq!(answer.trailer(ERROR_TYPE), "");
}

#[test]
fn a_reader_that_waits_holds_the_handler_back() {
    const PIECES: usize = 1024;
    let probe = streaming(Mode::Managed { polls: 2 });
    let made = |probe: &Probe| -> usize {
        let answer = probe.answer(get("/made"));
        let text = String::from_utf8(streamed(&answer).1.to_vec()).unwrap();
        text.parse().unwrap()
    };
    let event = get(&format!("/flood/{PIECES}")).answered(Posting::Metered(100_000));
    let id = event.id().to_owned();
    probe.api.polls([Poll::Hand(event)]);
    probe.arrived(&id, 100_000);
    let before = probe.size().1;
    let most = (0..200).map(|_| made(&probe)).max().unwrap();
    // what fits between two sockets of the kernel, not the 64 MiB
    assert!(most < PIECES / 2, "{most} pieces were made");
    probe.api.allow(&id, usize::MAX);
    let answer = probe.received();
    assert_eq!(streamed(&answer).1.len(), PIECES * 64 * 1024);
    assert_eq!(made(&probe), PIECES);
    let after = probe.size().1;
    assert!(after < before + 16 * 1024, "{before} KiB, then {after} KiB");
}

#[test]
fn a_reader_that_goes_away_ends_the_handler() {
    for (at, reset) in [
        (At::Body(3), false),
        (At::Body(3), true),
        (At::Body(200), true),
    ] {
        let probe = streaming(Mode::Classic);
        let path = if at == At::Body(3) {
            "/drip"
        } else {
            "/flood/10000"
        };
        let event = get(path).answered(Posting::Cut { at, reset });
        let cut = probe.answer(event);
        assert!(!cut.is_whole);
        if path == "/drip" {
            probe.logs("faas-probe: given up");
        }
        // no second answer, by whichever way
        assert_eq!(
            streamed(&probe.answer(get("/hello/ada"))).0["statusCode"],
            200
        );
        assert_eq!(probe.api.all().len(), 2, "{at:?}, reset: {reset}");
    }
}

#[test]
fn a_refusal_in_the_middle_of_a_stream_is_read() {
    let probe = streaming(Mode::Classic);
    let event = get("/flood/1000").answered(Posting::Limited(100_000));
    let refused = probe.answer(event);
    assert_eq!((refused.status, refused.is_whole), (413, false));
    probe.logs("RequestEntityTooLarge");
    assert_eq!(
        streamed(&probe.answer(get("/hello/ada"))).0["statusCode"],
        200
    );
    assert_eq!(probe.api.all().len(), 2);
}

#[test]
fn a_stream_may_be_longer_than_a_buffered_answer() {
    let probe = streaming(Mode::Classic);
    let answer = probe.answer(get("/flood/200"));
    assert_eq!(streamed(&answer).1.len(), 200 * 64 * 1024);
}

#[test]
fn a_function_may_stream_what_is_no_http() {
    let letters = ("FAAS_FUNCTION", "letters");
    let probe = Probe::start(&[letters, ("FAAS_RESPONSE_MODE", "stream")]);
    for (count, expected) in [("3", &b"abc"[..]), ("0", b"")] {
        let answer = probe.answer(Event::new(count));
        assert!(answer.is_streamed() && answer.is_whole, "{answer:?}");
        assert_eq!(answer.header("content-type"), "text/x-letters");
        assert_eq!(answer.body, expected);
        assert_eq!(
            (answer.trailer(ERROR_TYPE), answer.status),
            (String::new(), 202)
        );
    }
    let answer = probe.answer(Event::new("-2"));
    assert_eq!(answer.body, b"ab");
    assert!(
        answer.trailer(ERROR_TYPE).starts_with("Function."),
        "{answer:?}"
    );
    // gathered where nobody wants a stream, and then a failure as any other
    let probe = Probe::start(&[letters]);
    let answer = probe.answer(Event::new("3"));
    assert!(!answer.is_streamed());
    // a text in a JSON document
    replied(&answer, r#""abc""#);
    let answer = probe.answer(Event::new("-2"));
    assert_eq!(answer.invocation().unwrap().1, "error", "{answer:?}");
    assert!(
        answer.json()["errorMessage"]
            .as_str()
            .unwrap()
            .contains("alphabet")
    );
}

#[test]
fn what_is_no_http_is_answered_as_ever() {
    let probe = Probe::start(&[
        ("FAAS_FUNCTION", "mirror"),
        ("FAAS_RESPONSE_MODE", "stream"),
    ]);
    replied(&probe.answer(Event::new(r#"{"a":1}"#)), r#"{"a":1}"#);
    let probe = Probe::start(&[
        ("FAAS_FUNCTION", "refuse"),
        ("FAAS_RESPONSE_MODE", "stream"),
    ]);
    let answer = probe.answer(Event::new(r#"{"a":1,"b":1}"#));
    failed(&answer, "Function.Refused", "Refused", "asked to refuse");
    // this front end takes no stream
    let probe = streaming(Mode::Classic);
    let event = redirected(fixture("alb-single-value.json"), "GET", "/hello/ada");
    let answer = probe.answer(Event::new(event.to_string()));
    replied(&answer, &answer.body);
    assert_eq!(answer.json()["body"], r#"{"greeting":"hello ada"}"#);
}

#[test]
fn a_mode_that_does_not_exist_is_the_init_error() {
    for variable in ["FAAS_RESPONSE_MODE", "AWS_LWA_INVOKE_MODE"] {
        let ended = Probe::start(&[(variable, "sometimes")]).ended();
        assert_eq!(ended.code, Some(78), "{}", ended.log);
        let [post] = &ended.sent[..] else {
            panic!("{:?}", ended.sent)
        };
        let message = post.json()["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.contains(variable), "{message}");
        assert!(message.contains("F0403"), "{message}");
    }
}

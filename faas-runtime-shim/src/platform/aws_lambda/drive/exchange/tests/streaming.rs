//! Answers in stream mode: the heads of HTTP's at once, their bodies and those of functions while they are made.

use std::convert::Infallible;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use futures_util::stream::{self, StreamExt as _};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::application::BrokenOff;
use crate::function::Limits;
use crate::platform::aws_lambda::encode::WITH_PRELUDE;

thread_local! {
    /// What the route of this test answers.
    pub(super) static RESPONSE: RefCell<Response<Body>> =
        RefCell::new(Response::new(Body::empty()));
    /// What it was asked with.
    pub(super) static ASKED: RefCell<HeaderMap> = RefCell::default();
}

pub(super) fn route() -> &'static Function {
    let call: fn(Request<Body>) -> BoxFuture<'static, Response<Body>> = |request| {
        ASKED.set(request.headers().clone());
        Box::pin(std::future::ready(RESPONSE.take()))
    };
    let trigger = Trigger::Http {
        methods: &[],
        path: "/{*path}",
        call,
    };
    Box::leak(Box::new(Function {
        limits: Limits {
            timeout: Some(Duration::from_secs(10)),
            ..Limits::NONE
        },
        needs: Needs::http,
        ..kit::function("route", trigger)
    }))
}

/// A request through a front end, as it is recorded.
pub(super) fn request(front: &str, method: &str) -> Bytes {
    let mut event = recorded(front);
    match front {
        URL => {
            event["rawPath"] = json!("/pens");
            event["requestContext"]["http"]["method"] = json!(method);
        }
        _ => {
            event["path"] = json!("/pens");
            event["httpMethod"] = json!(method);
        }
    }
    event.to_string().into()
}

pub(super) const URL: &str = "function-url.json";
const REST: &str = "apigw-rest-v1.json";
pub(super) const ALB: &str = "alb-single-value.json";

struct Streamed {
    prelude: Value,
    first: Bytes,
    body: Body,
}

#[track_caller]
fn verdict(application: &Application, event: Bytes, out: &mut Vec<u8>) -> Verdict {
    let verdict = exchange(
        application,
        Facts::default(),
        event,
        ResponseMode::Stream,
        out,
    );
    verdict.now_or_never().expect("no handler here waits")
}

/// Answers a request with `response`, and takes apart what is to be sent.
#[track_caller]
fn streamed(application: &Application, event: Bytes, response: Response<Body>) -> Streamed {
    RESPONSE.set(response);
    let mut out = Vec::new();
    let Verdict::Stream {
        content_type,
        first,
        body,
        ..
    } = verdict(application, event, &mut out)
    else {
        panic!("no stream: {}", String::from_utf8_lossy(&out));
    };
    assert_eq!(content_type, WITH_PRELUDE);
    let prelude = out.strip_suffix(&[0; 8]).unwrap();
    Streamed {
        prelude: serde_json::from_slice(prelude).unwrap(),
        first,
        body,
    }
}

#[track_caller]
fn whole(streamed: Streamed) -> Bytes {
    let rest = axum::body::to_bytes(streamed.body, usize::MAX);
    let rest = rest.now_or_never().expect("nothing waits").unwrap();
    [streamed.first, rest].concat().into()
}

fn figure(application: &Application, outcome: &str) -> String {
    let name = format!("outcome=\"{outcome}\"");
    let metrics = application.metrics();
    let mut lines = metrics.lines();
    let line = lines.find(|line| line.contains("invocations_total") && line.contains(&name));
    line.and_then(|line| line.rsplit(' ').next())
        .unwrap_or("0")
        .to_owned()
}

#[test]
fn the_head_is_there_before_the_body() {
    let application = application(&[route()]);
    for front in [URL, REST] {
        let pending = stream::pending::<Result<Bytes, Infallible>>();
        let response = Response::builder()
            .status(201)
            .header("content-type", "text/event-stream")
            .header("set-cookie", "a=1")
            .body(Body::from_stream(pending))
            .unwrap();
        let answer = streamed(&application, request(front, "GET"), response);
        assert_eq!(answer.prelude["statusCode"], 201);
        let (map, expected) = match front {
            URL => ("headers", json!({"content-type": "text/event-stream"})),
            _ => (
                "multiValueHeaders",
                json!({"content-type": ["text/event-stream"], "set-cookie": ["a=1"]}),
            ),
        };
        assert_eq!(answer.prelude[map], expected);
        assert!(answer.first.is_empty());
        assert_eq!(application.in_flight(), 1, "the body carries it on");
        drop(answer);
        assert_eq!(application.in_flight(), 0);
    }
    assert_eq!(figure(&application, "cancelled"), "2");
}

#[test]
fn small_answers_have_a_prelude_too() {
    let application = application(&[route()]);
    let answer = streamed(
        &application,
        request(URL, "GET"),
        Response::new(Body::from("\u{ff}hello")),
    );
    assert_eq!(whole(answer), "\u{ff}hello");
    assert_eq!(application.in_flight(), 0);
    assert_eq!(figure(&application, "success"), "1");
}

#[test]
fn what_has_no_body_ends_at_once() {
    let application = application(&[route()]);
    for (method, status) in [("HEAD", 200), ("GET", 204), ("GET", 304)] {
        let pending = stream::pending::<Result<Bytes, Infallible>>();
        let mut response = Response::new(Body::from_stream(pending));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let answer = streamed(&application, request(URL, method), response);
        assert_eq!(answer.prelude["statusCode"], status);
        assert!(answer.body.is_end_stream());
        assert_eq!(application.in_flight(), 0);
    }
}

#[test]
fn front_ends_that_cannot_stream_get_a_document() {
    let application = application(&[route()]);
    let through = |domain: &str| {
        let mut event: Value = serde_json::from_slice(&request(URL, "GET")).unwrap();
        event["requestContext"]["domainName"] = json!(domain);
        event.to_string().into()
    };
    for event in [
        request(ALB, "GET"),
        request("apigw-http-v1-format.json", "GET"),
        through("id.execute-api.eu-west-1.amazonaws.com"),
        // of payload 2.0 only HTTP APIs have custom domains
        through("api.example.com"),
    ] {
        RESPONSE.set(Response::new(Body::from("whole")));
        let mut out = Vec::new();
        let verdict = verdict(&application, event, &mut out);
        assert!(matches!(verdict, Verdict::Response), "{verdict:?}");
        let answer: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(answer["body"], "whole");
    }
    let emulated = streamed(
        &application,
        through("localhost"),
        Response::new(Body::from("piece")),
    );
    assert_eq!(whole(emulated), "piece");
}

#[test]
fn a_body_that_fails_before_it_begins_is_answered_with_its_status() {
    let application = application(&[route()]);
    let broken = stream::once(async { Err::<Bytes, _>("the disk is gone") });
    let answer = streamed(
        &application,
        request(URL, "GET"),
        Response::new(Body::from_stream(broken)),
    );
    assert_eq!(answer.prelude["statusCode"], 500);
    let document = whole(answer);
    assert_eq!(
        document,
        r#"{"title":"Internal Server Error","status":500}"#
    );
    assert_eq!(figure(&application, "retry"), "1");
}

#[test]
fn a_head_that_is_too_long_is_answered_with_500() {
    let application = application(&[route()]);
    let response = Response::builder()
        .header("x-long", "x".repeat(17_000))
        .body(Body::from("never sent"))
        .unwrap();
    let answer = streamed(&application, request(URL, "GET"), response);
    assert_eq!(answer.prelude["statusCode"], 500);
    assert_eq!(
        whole(answer),
        r#"{"title":"Internal Server Error","status":500}"#
    );
}

#[test]
fn the_deadline_passes_in_mid_stream_too() {
    let clock = ManualClock::new();
    let application = built(&[route()], Selection::all(), &clock);
    let begun = stream::iter([Ok::<_, Infallible>("begun")]).chain(stream::pending());
    let response = Response::new(Body::from_stream(begun));
    let mut answer = streamed(&application, request(URL, "GET"), response);
    assert_eq!(answer.first, "begun");
    let mut cx = Context::from_waker(Waker::noop());
    let mut body = std::pin::pin!(&mut answer.body);
    assert!(body.as_mut().poll_frame(&mut cx).is_pending());
    clock.advance(Duration::from_secs(10));
    let Poll::Ready(Some(Err(error))) = body.as_mut().poll_frame(&mut cx) else {
        panic!("the deadline has passed");
    };
    assert_eq!(BrokenOff::failure_in(&error).kind, FailureKind::Deadline);
    assert_eq!(figure(&application, "deadline"), "1");
}

/// An `invoke` function that streams.
fn streams(answer: fn(&Input) -> Outcome, concurrency: Option<u32>) -> Application {
    answer_with(answer);
    let function = Function {
        limits: Limits {
            concurrency: concurrency.and_then(std::num::NonZeroU32::new),
            ..Limits::NONE
        },
        ..kit::function("streams", Trigger::Invoke { call: entry })
    };
    application(&[Box::leak(Box::new(function))])
}

fn two_lines(_: &Input) -> Outcome {
    let pieces = ["1\n", "2\n"].map(|piece| Ok(Bytes::from_static(piece.as_bytes())));
    Ok(Reply::streamed(stream::iter(pieces), "text/csv"))
}

fn never_ends(_: &Input) -> Outcome {
    let first = stream::iter([Ok(Bytes::from_static(b"first"))]);
    let pieces = first.chain(stream::pending());
    Ok(Reply::streamed(pieces, "text/csv"))
}

#[test]
fn a_function_s_stream_goes_out_as_it_is() {
    let application = streams(two_lines, None);
    let mut out = Vec::new();
    let Verdict::Stream {
        content_type,
        first,
        body,
        ..
    } = verdict(&application, Bytes::from_static(b"{}"), &mut out)
    else {
        panic!("no stream");
    };
    assert_eq!(
        (&*content_type, &*out, &*first),
        ("text/csv", &[][..], &b"1\n"[..])
    );
    assert_eq!(application.in_flight(), 1);
    let rest = axum::body::to_bytes(body, usize::MAX).now_or_never();
    assert_eq!(rest.expect("nothing waits").unwrap(), "2\n");
    assert_eq!(application.in_flight(), 0);
    assert_eq!(figure(&application, "success"), "1");
}

#[test]
fn it_is_gathered_in_the_other_mode() {
    let application = streams(two_lines, None);
    assert_eq!(answered(&application, &json!({})), json!("1\n2\n"));
    assert_eq!(application.in_flight(), 0);

    let application = streams(
        |_| {
            let piece = Bytes::from(vec![b'x'; 1 << 20]);
            let pieces = stream::repeat_with(move || Ok(piece.clone()));
            Ok(Reply::streamed(pieces, "application/octet-stream"))
        },
        None,
    );
    let (kind, message) = refused(&application, &json!({}));
    assert_eq!(kind, "Function.ResponseSizeTooLarge");
    assert!(message.contains("6291556"), "{message}");
    assert_eq!(application.in_flight(), 0);
}

#[test]
fn what_fails_before_its_first_piece_is_an_error() {
    let application = streams(
        |_| {
            let error = crate::error::Error::reject("no pens").with_name("NoPens");
            Ok(Reply::streamed(stream::iter([Err(error)]), "text/csv"))
        },
        None,
    );
    let mut out = Vec::new();
    let verdict = verdict(&application, Bytes::from_static(b"{}"), &mut out);
    assert!(matches!(verdict, Verdict::Error { kind, .. } if kind == "Function.NoPens"));
    let document: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(document["errorMessage"], "no pens");
    assert_eq!(figure(&application, "reject"), "1");
    assert_eq!(refused(&application, &json!({})).0, "Function.NoPens");
}

#[test]
fn a_type_that_is_no_header_costs_nothing() {
    let application = streams(|_| Ok(Reply::streamed(stream::empty(), "text\ncsv")), None);
    let verdict = verdict(&application, Bytes::from_static(b"{}"), &mut Vec::new());
    let Verdict::Stream { content_type, .. } = verdict else {
        panic!("no stream");
    };
    assert_eq!(content_type, "application/octet-stream");
}

#[test]
fn a_stream_keeps_its_place_until_it_is_dropped() {
    let application = streams(never_ends, Some(1));
    let event = Bytes::from_static(b"{}");
    let first = verdict(&application, event.clone(), &mut Vec::new());
    let mut out = Vec::new();
    let second = exchange(
        &application,
        Facts::default(),
        event,
        ResponseMode::Stream,
        &mut out,
    );
    let mut second = std::pin::pin!(second);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(second.as_mut().poll(&mut cx).is_pending());
    drop(first);
    assert!(second.as_mut().poll(&mut cx).is_ready());
    assert_eq!(figure(&application, "cancelled"), "2");
    assert_eq!(application.in_flight(), 0);
}

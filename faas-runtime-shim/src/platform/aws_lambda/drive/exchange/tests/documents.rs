//! HTTP requests and their answers as documents: what the poll tells beside the event, and what a front end takes.

use std::sync::Arc;

use axum::body::Body;
use futures_util::FutureExt as _;
use http::Response;
use serde_json::Value;

use super::streaming::{ALB, ASKED, RESPONSE, URL, request, route};
use super::{Facts, ResponseMode, Verdict, application, exchange, exchanged};
use crate::invocation::Details;

#[test]
fn the_trace_is_handed_on_in_the_platform_s_words() {
    let application = application(&[route()]);
    let trace =
        "Self=1-0;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Lineage=1:a:0";
    let details = Details {
        trace_header: Some(trace.into()),
        ..Details::default()
    };
    let facts = Facts {
        details: Some(Arc::new(details)),
        ..Facts::default()
    };
    let mut out = Vec::new();
    let event = request(URL, "GET");
    let verdict = exchange(&application, facts, event, ResponseMode::Buffer, &mut out);
    let verdict = verdict.now_or_never().expect("no handler here waits");
    assert!(matches!(verdict, Verdict::Response));
    let asked = ASKED.take();
    assert_eq!(asked["x-amzn-trace-id"], trace);
    assert_eq!(asked.get_all("x-amzn-trace-id").iter().count(), 1);
}

#[test]
fn each_front_end_has_a_limit_of_its_own() {
    let application = application(&[route()]);
    let status = |front: &str, bytes: usize| -> Value {
        RESPONSE.set(Response::new(Body::from("x".repeat(bytes))));
        let (verdict, mut answer) = exchanged(&application, request(front, "GET"));
        assert!(matches!(verdict, Verdict::Response));
        answer["statusCode"].take()
    };
    for (front, bytes, expected) in [
        (ALB, 1_000_000, 200),
        (ALB, 1024 * 1024, 500),
        (URL, 1024 * 1024, 200),
        (URL, 6 * 1024 * 1024 + 100, 500),
    ] {
        assert_eq!(status(front, bytes), expected, "{front}: {bytes}");
    }
}

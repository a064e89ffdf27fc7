//! Messages in HTTP requests.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;

use super::kit::{Read, application, call, echo, of_echo, other, shared};
use crate::application::Application;
use crate::clock::ManualClock;
use crate::function::Limits;
use crate::invocation::Facts;
use crate::thrift::http::is_thrift;
use crate::thrift::wire::{Framing, Protocol};

fn request(path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header("content-type", media_type)
        .body(body.into())
        .unwrap()
}

async fn posted(
    application: &Application,
    request: Request<Body>,
) -> (StatusCode, Option<String>, bytes::Bytes) {
    let response = application.http(Facts::default(), request).await;
    let (head, body) = response.into_parts();
    let media_type = head.headers.get("content-type");
    let media_type = media_type.map(|value| value.to_str().unwrap().to_owned());
    (
        head.status,
        media_type,
        body.collect().await.unwrap().to_bytes(),
    )
}

fn body(protocol: Protocol, name: &str, text: &str) -> Body {
    Body::from(call(Framing::Unframed, protocol, name, text).freeze())
}

#[test]
fn which_requests_bring_messages() {
    for (media_type, expected) in [
        ("application/x-thrift", true),
        ("application/X-Thrift; protocol=TBINARY", true),
        ("application/vnd.apache.thrift.binary", true),
        ("application/vnd.apache.thrift.compact ;q=1", true),
        ("application/vnd.apache.thrift.json", false),
        ("application/x-thrifty", false),
        ("application/json", false),
        ("", false),
    ] {
        let posted = request("/", media_type, "");
        assert_eq!(is_thrift(&posted), expected, "{media_type}");
        let mut got = request("/", media_type, "");
        *got.method_mut() = Method::GET;
        assert!(!is_thrift(&got), "{media_type}");
    }
    assert!(!is_thrift(&Request::new(Body::empty())));
}

#[tokio::test]
async fn a_message_in_the_body_is_answered_in_the_body() {
    let application = of_echo().await;
    for (protocol, media_type) in [
        (Protocol::Binary, "application/x-thrift"),
        (Protocol::Compact, "application/x-thrift"),
        (
            Protocol::Binary,
            "application/vnd.apache.thrift.binary; a=b",
        ),
        (Protocol::Compact, "application/vnd.apache.thrift.compact"),
    ] {
        let request = request("/any/path", media_type, body(protocol, "say", "hello"));
        let (status, answered, bytes) = posted(&application, request).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(answered.as_deref(), Some(media_type));
        assert_eq!(Read::of(&bytes, "say", protocol), Read::done("Echo: hello"));
    }
}

#[tokio::test]
async fn faults_of_the_method_are_answers() {
    let application = of_echo().await;
    for (method, expected) in [
        ("fail", Read::fault(6, "internal error")),
        ("nowhere", Read::fault(1, "there is no method `nowhere`")),
    ] {
        let request = request(
            "/",
            "application/x-thrift",
            body(Protocol::Binary, method, ""),
        );
        let (status, _, bytes) = posted(&application, request).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(Read::of(&bytes, method, Protocol::Binary), expected);
    }
}

#[tokio::test]
async fn nothing_comes_back_where_nobody_waits() {
    let application = of_echo().await;
    let request = request(
        "/",
        "application/x-thrift",
        body(Protocol::Binary, "touch", ""),
    );
    let (status, media_type, bytes) = posted(&application, request).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(media_type.as_deref(), Some("application/x-thrift"));
    assert_eq!(bytes.len(), 0);
    let touched = &shared(&application).touched;
    assert_eq!(touched.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_end_of_the_path_may_name_the_service() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE), other()], &clock).await;
    let ambiguous = Read::fault(
        1,
        "method `say` is of `Echo` and of `Other`: name the service, as in `Echo:say` (TMultiplexedProtocol), or over HTTP at the end of the path",
    );
    for (path, expected) in [
        ("/Echo", Read::done("Echo: a")),
        ("/rpc/Other?x=Echo", Read::done("Other: a")),
        ("/rpc/", ambiguous),
    ] {
        let request = request(
            path,
            "application/x-thrift",
            body(Protocol::Binary, "say", "a"),
        );
        let (_, _, bytes) = posted(&application, request).await;
        assert_eq!(
            Read::of(&bytes, "say", Protocol::Binary),
            expected,
            "{path}"
        );
    }
}

#[tokio::test]
async fn only_without_a_head_is_a_message_a_bad_request() {
    let application = of_echo().await;
    let whole = call(Framing::Unframed, Protocol::Binary, "say", "hello").freeze();
    let (_, args) = crate::thrift::wire::read_head(&whole).unwrap();
    for cut in 0..whole.len() {
        let request = request("/", "application/x-thrift", whole.slice(..cut));
        let (status, media_type, bytes) = posted(&application, request).await;
        if cut < whole.len() - args.len() {
            assert_eq!(status, StatusCode::BAD_REQUEST, "{cut}");
            assert_eq!(
                media_type.as_deref(),
                Some("application/problem+json"),
                "{cut}"
            );
        } else {
            // clients read no exception under another status
            assert_eq!(status, StatusCode::OK, "{cut}");
            assert_eq!(media_type.as_deref(), Some("application/x-thrift"), "{cut}");
            let read = Read::of(&bytes, "say", Protocol::Binary);
            assert!(matches!(read, Read::Fault(7, _)), "{cut}: {read:?}");
        }
    }
    let long = body(Protocol::Binary, "say", &"x".repeat(64 * 1024));
    let request = request("/", "application/x-thrift", long);
    let (status, _, bytes) = posted(&application, request).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let text = std::str::from_utf8(&bytes).unwrap();
    assert!(text.contains("`[thrift] max_frame`"), "{text}");
}

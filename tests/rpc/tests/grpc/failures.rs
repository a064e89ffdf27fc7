//! What becomes of a call whose handler fails, panics, or takes too long: the right status, and nothing internal in it.

use std::time::Duration;

use faas::Proto;
use faas::rpc::Replies;
use faas::testing::{App, TestApp};
use futures_util::stream::{self, Stream, StreamExt};
use http::StatusCode;
use tonic::{Code, Request, Status};

use crate::client::{Number, all, is_waiting, number, streaming, unary};

#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("password=hunter2")
    }
}

impl std::error::Error for Broken {}

#[faas::grpc("failures.v1.Failures/Fail")]
async fn fail(Proto(how): Proto<Number>) -> Result<Proto<Number>, faas::Error> {
    Err(match how.value {
        0 => Broken.into(),
        1 => faas::Error::reject("the number is odd"),
        2 => faas::Error::status(StatusCode::NOT_FOUND, "no such number"),
        3 => faas::Error::retry_after(Duration::from_millis(1500), "password=hunter2"),
        4 => Status::already_exists("it is there").into(),
        _ => panic!("password=hunter2"),
    })
}

#[faas::grpc("failures.v1.Failures/Stall")]
async fn stall(Proto(_): Proto<Number>) -> Proto<Number> {
    std::future::pending().await
}

#[faas::grpc("failures.v1.Failures/Stop", timeout = "5s")]
async fn stop(
    Proto(how): Proto<Number>,
) -> Replies<impl Stream<Item = Result<Number, faas::Error>>> {
    let rest = stream::once(async move {
        match how.value {
            0 => Err(Broken.into()),
            1 => std::future::pending().await,
            _ => panic!("password=hunter2"),
        }
    });
    Replies(stream::iter([Ok(number(7))]).chain(rest))
}

async fn app() -> TestApp {
    App::of(module_path!()).start().await
}

async fn failed(app: &TestApp, how: i64) -> Status {
    let answer = unary::<_, Number>(app, "/failures.v1.Failures/Fail", number(how)).await;
    answer.unwrap_err()
}

#[tokio::test]
async fn errors_have_their_codes() {
    let app = app().await;
    for (how, code, message) in [
        (0, Code::Internal, "internal error"),
        (1, Code::InvalidArgument, "the number is odd"),
        (2, Code::NotFound, "no such number"),
        (3, Code::Unavailable, "internal error"),
        (4, Code::AlreadyExists, "it is there"),
        (5, Code::Internal, "internal error"),
    ] {
        let status = failed(&app, how).await;
        assert_eq!((status.code(), status.message()), (code, message), "{how}");
    }
    let wait = failed(&app, 3).await;
    assert_eq!(
        wait.metadata().get("grpc-retry-pushback-ms").unwrap(),
        "1500"
    );
}

/// What the caller must not see is in the log, once.
#[tokio::test]
async fn the_log_has_what_the_caller_has_not() {
    let app = app().await;
    for how in [0, 3] {
        failed(&app, how).await;
        let logs = app.logs();
        let told = logs.iter().filter(|line| line.contains("hunter2")).count();
        assert_eq!(told, 1, "{how}: {logs:?}");
    }
}

#[tokio::test]
async fn a_stream_breaks_off_with_a_status() {
    let app = app().await;
    for how in [0, 2] {
        let messages = stream::iter([number(how)]);
        let answer = streaming::<Number>(&app, "/failures.v1.Failures/Stop", messages).await;
        let (found, status) = all(answer.unwrap()).await;
        // a panic takes along what tonic has gathered for the next write
        let whole = [number(7)];
        assert_eq!(found, if how == 0 { &whole[..] } else { &[] });
        let status = status.unwrap();
        assert_eq!(
            (status.code(), status.message()),
            (Code::Internal, "internal error")
        );
    }
}

#[tokio::test]
async fn the_callers_deadline_ends_a_call() {
    let app = app().await;
    let mut request = Request::new(number(0));
    request.set_timeout(Duration::from_secs(2));
    let call = unary::<Number, Number>(&app, "/failures.v1.Failures/Stall", request);
    let mut call = std::pin::pin!(call);
    assert!(is_waiting(call.as_mut()));
    app.clock().advance(Duration::from_millis(1999));
    assert!(is_waiting(call.as_mut()));
    app.clock().advance(Duration::from_millis(1));
    let status = call.await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn the_functions_timeout_ends_a_stream() {
    let app = app().await;
    let messages = stream::iter([number(1)]);
    let answer = streaming::<Number>(&app, "/failures.v1.Failures/Stop", messages).await;
    let mut answer = answer.unwrap();
    assert_eq!(answer.message().await.unwrap(), Some(number(7)));
    {
        let mut next = std::pin::pin!(answer.message());
        assert!(is_waiting(next.as_mut()));
    }
    app.clock().advance(Duration::from_secs(5));
    assert_eq!(
        answer.message().await.unwrap_err().code(),
        Code::DeadlineExceeded
    );
}

/// A caller that goes away takes its call along.
#[tokio::test]
async fn a_call_that_is_dropped_is_over() {
    let app = app().await;
    {
        let call = unary::<_, Number>(&app, "/failures.v1.Failures/Stall", number(0));
        let mut call = std::pin::pin!(call);
        assert!(is_waiting(call.as_mut()));
        assert_eq!(app.application().in_flight(), 1);
    }
    assert_eq!(app.application().in_flight(), 0);
    let metrics = app.application().metrics();
    assert!(
        metrics.lines().any(|line| line.contains("stall")
            && line.contains("cancelled")
            && line.ends_with(" 1")),
        "{metrics}"
    );
}

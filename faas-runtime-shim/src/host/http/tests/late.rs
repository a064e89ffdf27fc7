//! Answers that are not sent by their deadline: the client does not read, or the stream does not end.

use std::convert::Infallible;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::future::{BoxFuture, ready};
use futures_util::{FutureExt, stream};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::{Handler, Service, bounded, pipe_of};
use crate::application::{Answering, Application};
use crate::clock::{Clock, ManualClock, SystemClock};
use crate::config::Configuration;
use crate::function::{Function, Limits, Trigger};
use crate::invocation::Facts;
use crate::kit;

const TIMEOUT: Duration = Duration::from_secs(5);

thread_local! {
    /// What a piece of `/ticking` moves.
    static CLOCK: ManualClock = ManualClock::new();
}

fn endless(tick: bool) -> Response<Body> {
    let pieces = stream::repeat_with(move || {
        if tick {
            CLOCK.with(|clock| clock.advance(Duration::from_secs(1)));
        }
        Ok::<_, Infallible>(http_body::Frame::data(Bytes::from_static(&[0; 4096])))
    });
    Response::new(Body::new(StreamBody::new(pieces)))
}

fn function(name: &'static str, trigger: Trigger) -> &'static Function {
    Box::leak(Box::new(Function {
        limits: Limits {
            timeout: Some(TIMEOUT),
            concurrency: NonZero::new(1),
            ..Limits::NONE
        },
        needs: |needs| {
            needs.http();
            #[cfg(feature = "grpc")]
            needs.grpc();
        },
        ..kit::function(name, trigger)
    }))
}

fn route(
    path: &'static str,
    call: fn(Request<Body>) -> BoxFuture<'static, Response<Body>>,
) -> Trigger {
    Trigger::Http {
        methods: &["GET"],
        path,
        call,
    }
}

async fn application(clock: Arc<dyn Clock>) -> Application {
    let endless_route = |_| ready(endless(false)).boxed();
    let functions = vec![
        #[cfg(feature = "grpc")]
        function(
            "called",
            Trigger::GrpcMethod {
                service: "late.Late",
                method: "Endless",
                call: |_| ready(endless(false)).boxed(),
            },
        ),
        function("endless", route("/endless", endless_route)),
        function(
            "ticking",
            route("/ticking", |_| ready(endless(true)).boxed()),
        ),
    ];
    let blueprint = kit::blueprint(functions, Configuration::empty(), clock);
    Application::build(blueprint).await.unwrap()
}

/// The application behind a connection.
#[derive(Clone)]
struct Door(Application);

impl Service for Door {
    type Answering = Answering;

    fn answer(&self, request: Request<Body>, _: std::net::SocketAddr) -> Answering {
        self.0.http(Facts::default(), request)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self.0.clock())
    }
}

fn is_counted(application: &Application, function: &str) -> bool {
    application.metrics().lines().any(|line| {
        line.starts_with("faas_invocations_total")
            && line.contains(&format!("\"{function}\""))
            && line.contains("outcome=\"deadline\"")
            && line.ends_with(" 1")
    })
}

async fn check(version: u8, function: &str, request: Request<Empty<Bytes>>) {
    let application = application(Arc::new(SystemClock::new())).await;
    let (near, _piped) = pipe_of(Door(application.clone()), 16 * 1024);
    let io = TokioIo::new(near);
    let mut response = if version == 2 {
        let executor = TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io)
            .await
            .unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    } else {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap()
    };
    assert_eq!(response.status(), 200);
    tokio::time::sleep(TIMEOUT - Duration::from_millis(10)).await;
    assert_eq!(application.in_flight(), 1, "HTTP/{version}, {function}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(application.in_flight(), 0, "HTTP/{version}, {function}");
    assert!(
        is_counted(&application, function),
        "{}",
        application.metrics()
    );
    // what was on its way is still read, then it breaks off
    let end = async {
        loop {
            match response.frame().await {
                Some(Ok(_)) => {}
                end => return end,
            }
        }
    };
    assert!(matches!(bounded(end).await, Some(Err(_))), "HTTP/{version}");
}

fn get() -> Request<Empty<Bytes>> {
    Request::get("http://localhost/endless")
        .header("host", "localhost")
        .body(Empty::new())
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_takes_no_place_past_the_deadline() {
    check(1, "endless", get()).await;
    check(2, "endless", get()).await;
}

#[cfg(feature = "grpc")]
#[tokio::test(start_paused = true)]
async fn a_caller_that_does_not_read_takes_no_place_past_the_deadline() {
    let request = Request::post("http://localhost/late.Late/Endless")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Empty::new())
        .unwrap();
    check(2, "called", request).await;
}

#[tokio::test]
async fn a_stream_that_is_never_pending_has_a_deadline() {
    let clock = CLOCK.with(Clone::clone);
    let application = application(Arc::new(clock)).await;
    let request = Request::get("/ticking").body(Body::empty()).unwrap();
    let mut response = application.http(Facts::default(), request).await;
    let mut pieces = 0;
    while let Some(Ok(_)) = response.body_mut().frame().await {
        pieces += 1;
        assert!(pieces <= TIMEOUT.as_secs(), "no deadline");
    }
    assert_eq!(pieces, TIMEOUT.as_secs());
    assert_eq!(application.in_flight(), 0);
    assert!(is_counted(&application, "ticking"));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_of_one_answer_alone() {
    let application = application(Arc::new(SystemClock::new())).await;
    let door = Door(application);
    let handler = Handler::of(move |request: Request<Body>| {
        let door = door.clone();
        async move {
            match request.uri().path() {
                // reads some of an answer with a deadline, and outlasts that
                "/outlasting" => {
                    let inner = Request::get("/endless").body(Body::empty()).unwrap();
                    let mut answer = door.0.http(Facts::default(), inner).await;
                    answer.body_mut().frame().await.unwrap().unwrap();
                    tokio::time::sleep(2 * TIMEOUT).await;
                    Response::new(Body::from("outlasted"))
                }
                _ => Response::new(Body::from("other")),
            }
        }
    });
    for version in [1, 2] {
        let request = Request::get("http://localhost/outlasting")
            .header("host", "localhost")
            .body(Empty::new().boxed())
            .unwrap();
        let response = super::ask(super::pipe(handler.clone(), 1024).0, version, request).await;
        let text = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(text, "outlasted", "HTTP/{version}");
    }
}

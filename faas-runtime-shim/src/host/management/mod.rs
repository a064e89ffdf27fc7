//! The management port: probes, metrics, the list of functions, and a call of any function by hand.
//!
//! It listens on loopback, and answers only its own names in `Host` and no page of another origin, so that a browser on
//! the same machine cannot be made to invoke a function. Where others reach it (Kubernetes), only reading is possible.

mod desk;
mod figures;
mod invoke;
mod view;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use tokio::sync::{SetOnce, watch};

pub(super) use self::invoke::exchange;
pub(crate) use self::invoke::{ByHand, invoke_by_hand};
use super::http::{Phase, Service};
use super::services::Below;
use crate::application::Application;
use crate::error::problem;

/// Answers the management port.
#[derive(Clone)]
pub(crate) struct Management {
    application: Arc<SetOnce<Application>>,
    phase: watch::Receiver<Phase>,
    address: SocketAddr,
    read_only: bool,
    below: Arc<OnceLock<Below>>,
}

impl Management {
    pub(crate) fn new(
        application: Arc<SetOnce<Application>>,
        phase: watch::Receiver<Phase>,
        address: SocketAddr,
        read_only: bool,
        below: Arc<OnceLock<Below>>,
    ) -> Self {
        Self {
            below,
            application,
            phase,
            address,
            read_only,
        }
    }

    fn is_ready(&self) -> bool {
        let below = self.below.get().and_then(Below::opened);
        self.application.get().is_some()
            && *self.phase.borrow() == Phase::Serving
            && below.is_none_or(|running| running.is_ready())
    }

    /// Whether the request is meant for this port: by its `Host` (DNS rebinding brings others), and not by a web page.
    fn is_addressed<B>(&self, request: &Request<B>) -> bool {
        if self.read_only {
            // probes call by the address of the Pod
            return true;
        }
        let host = request
            .uri()
            .authority()
            .map(http::uri::Authority::as_str)
            .or_else(|| request.headers().get(header::HOST)?.to_str().ok());
        let port = self.address.port();
        let known = host.is_some_and(|host| {
            let host = host.to_ascii_lowercase();
            let name = host.strip_suffix(&format!(":{port}")).unwrap_or(&host);
            matches!(name, "localhost" | "127.0.0.1" | "[::1]")
                || name == self.address.ip().to_string()
        });
        known && !request.headers().contains_key(header::ORIGIN)
    }

    async fn route(&self, request: Request<Body>) -> Response<Body> {
        if !self.is_addressed(&request) {
            return problem(
                StatusCode::FORBIDDEN,
                Some(
                    "the management port answers only requests for `localhost`, and none of web pages",
                ),
            );
        }
        let path = request.uri().path();
        if let Some(asked) = desk::Asked::of(path) {
            return self.look(asked, request).await;
        }
        if let Some(function) = path.strip_prefix("/invoke/") {
            let function = function.to_owned();
            return self.invoke(&function, request).await;
        }
        let reading = matches!(*request.method(), Method::GET | Method::HEAD);
        match path {
            "/healthz" | "/readyz" | "/metrics" | "/functions" if !reading => {
                another_method("GET, HEAD")
            }
            "/healthz" => text(StatusCode::OK, "ok\n"),
            "/readyz" if self.is_ready() => text(StatusCode::OK, "ready\n"),
            "/readyz" => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            "/metrics" => match self.application.get() {
                Some(application) => {
                    let figures = figures::figures(application).await;
                    metrics(application.metrics() + &figures)
                }
                None => starting(),
            },
            "/functions" if !self.read_only => match self.application.get() {
                Some(application) => json(&application.describe()),
                None => starting(),
            },
            _ => problem(
                StatusCode::NOT_FOUND,
                Some(
                    "there are: /healthz, /readyz, /metrics, /functions, /queues, /timers, /tasks, POST /invoke/{function}",
                ),
            ),
        }
    }

    /// Returns the application; who asks while it is built waits for it, but not for ever.
    async fn started(&self) -> Option<&Application> {
        tokio::time::timeout(LONGEST_START, self.application.wait())
            .await
            .ok()
    }

    async fn look(&self, asked: desk::Asked, request: Request<Body>) -> Response<Body> {
        if self.read_only {
            return problem(
                StatusCode::FORBIDDEN,
                Some("queues, timers and tasks are shown on loopback only"),
            );
        }
        match self.started().await {
            Some(application) => asked.answer(application, request).await,
            None => starting(),
        }
    }

    async fn invoke(&self, function: &str, request: Request<Body>) -> Response<Body> {
        if self.read_only {
            return problem(
                StatusCode::FORBIDDEN,
                Some("functions are invoked by hand on loopback only"),
            );
        }
        if *request.method() != Method::POST {
            return another_method("POST");
        }
        match self.started().await {
            Some(application) => invoke::by_hand(application, function, request).await,
            None => starting(),
        }
    }
}

impl Service for Management {
    type Answering = BoxFuture<'static, Response<Body>>;

    fn answer(&self, request: Request<Body>, _: SocketAddr) -> Self::Answering {
        let this = self.clone();
        Box::pin(async move { this.route(request).await })
    }
}

/// A 405 names the methods that there are (RFC 9110, section 15.5.6).
fn another_method(allowed: &'static str) -> Response<Body> {
    let mut response = problem(
        StatusCode::METHOD_NOT_ALLOWED,
        Some(&format!("use {allowed}")),
    );
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// How long a call waits for the application to be built.
const LONGEST_START: Duration = Duration::from_secs(10);

fn starting() -> Response<Body> {
    problem(
        StatusCode::SERVICE_UNAVAILABLE,
        Some("the application is still starting"),
    )
}

fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = typed("text/plain; charset=utf-8", Body::from(text));
    *response.status_mut() = status;
    response
}

fn metrics(text: String) -> Response<Body> {
    // Prometheus' exposition formats, "Text-based format"
    typed("text/plain; version=0.0.4; charset=utf-8", Body::from(text))
}

fn json(value: &serde_json::Value) -> Response<Body> {
    typed("application/json", Body::from(format!("{value:#}\n")))
}

fn typed(content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

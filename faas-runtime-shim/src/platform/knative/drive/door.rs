//! Which way a request goes: probes, events, the only `invoke` function, routes.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use futures_util::future::{BoxFuture, Either, ready};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use super::super::decode::{self, Native};
use super::invoke;
use crate::application::{self, Application};
use crate::clock::Clock;
use crate::cloudevents::{self, CloudEvent};
use crate::function::Trigger;
use crate::host::events::{self, Intake};
use crate::invocation::{Arrival, Details, Facts};

/// Takes requests to the application.
#[derive(Clone, Debug)]
pub(super) struct Door {
    application: Application,
    routed: Routed,
}

/// The answer in the making.
pub(super) type Answering = Either<application::Answering, BoxFuture<'static, Response<Body>>>;

/// Which of the requests that have a meaning of their own a route may take.
#[derive(Clone, Copy, Debug)]
struct Routed {
    liveness: bool,
    readiness: bool,
    root: bool,
    /// Whether nothing but events can be meant by a request that is none of the others.
    events_alone: bool,
}

impl Door {
    pub(super) fn new(application: Application) -> Self {
        let routed = |method, path| {
            let functions = application.functions().iter();
            functions
                .map(|state| &state.function().trigger)
                .any(|trigger| is_route_of(trigger, &method, path))
        };
        let routed = Routed {
            liveness: routed(Method::GET, LIVENESS),
            readiness: routed(Method::GET, READINESS),
            root: routed(Method::POST, "/"),
            events_alone: serves_events_alone(&application),
        };
        Self {
            application,
            routed,
        }
    }

    /// Returns the clock of the answers' deadlines.
    pub(super) fn application_clock(&self) -> &dyn Clock {
        self.application.clock()
    }

    pub(super) fn take(&self, request: Request<Body>) -> Answering {
        let facts = facts(request.headers());
        let application = self.application.clone();
        match self.way(&request) {
            Way::Probe => Either::Right(Box::pin(ready(healthy()))),
            Way::AskedProbe => {
                let answering = self.application.http(facts, request);
                Either::Right(Box::pin(async move { probed(answering.await) }))
            }
            Way::Invoke(function) => Either::Right(Box::pin(async move {
                invoke::answer(&application, function, facts, request).await
            })),
            Way::Events => Either::Right(Box::pin(async move {
                EVENTS.answer(&application, facts, request).await
            })),
            Way::Route => Either::Left(self.application.http(facts, request)),
        }
    }

    fn way(&self, request: &Request<Body>) -> Way {
        let is_reading = matches!(*request.method(), Method::GET | Method::HEAD);
        match request.uri().path() {
            LIVENESS if is_reading => return Way::probe(self.routed.liveness),
            READINESS if is_reading => return Way::probe(self.routed.readiness),
            _ => {}
        }
        let is_root = *request.method() == Method::POST && request.uri().path() == "/";
        // a function that is all that was selected takes every payload as it is
        if is_root && let Some(function) = self.application.takes_everything() {
            return Way::Invoke(function);
        }
        if brings_events(request.headers()) {
            return Way::Events;
        }
        match self.application.only_invoke() {
            Some(function) if is_root && !self.routed.root => Way::Invoke(function),
            // senders repeat on a 404, and what they sent never becomes an event
            _ if self.routed.events_alone && *request.method() == Method::POST => Way::Events,
            _ => Way::Route,
        }
    }
}

enum Way {
    Probe,
    /// A probe that a route may take.
    AskedProbe,
    Invoke(application::FunctionIndex),
    Events,
    Route,
}

impl Way {
    fn probe(is_routed: bool) -> Self {
        if is_routed {
            Self::AskedProbe
        } else {
            Self::Probe
        }
    }
}

/// What the template of `kn func` sets as probes (knative/func, "pkg/knative/deployer.go").
const LIVENESS: &str = "/health/liveness";
const READINESS: &str = "/health/readiness";

/// Tells whether a function's route takes a request, or may, since a mounted router does not list what it takes.
fn is_route_of(trigger: &Trigger, method: &Method, path: &str) -> bool {
    match trigger {
        Trigger::Http {
            methods,
            path: pattern,
            ..
        } => {
            let mut router = matchit::Router::new();
            let is_pattern = router.insert(*pattern, ()).is_ok() && router.at(path).is_ok();
            is_pattern && (methods.is_empty() || methods.contains(&method.as_str()))
        }
        Trigger::Mount { prefix, .. } => {
            let rest = path.strip_prefix(prefix.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
        _ => false,
    }
}

/// Tells whether there are functions for deliveries, and none that a request could be for.
fn serves_events_alone(application: &Application) -> bool {
    let mut serves_events = false;
    for state in application.functions() {
        match state.function().trigger {
            Trigger::Queue { .. }
            | Trigger::Task { .. }
            | Trigger::Timer { .. }
            | Trigger::Object { .. }
            | Trigger::Binlog { .. }
            | Trigger::Event { .. } => serves_events = true,
            Trigger::Invoke { .. } => {}
            _ => return false,
        }
    }
    serves_events
}

fn healthy() -> Response<Body> {
    let mut response = Response::new(Body::from("ok\n"));
    let _ = response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// Takes a route's word for how it is, but not for that there is no such route.
fn probed(response: Response<Body>) -> Response<Body> {
    match response.status() {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => healthy(),
        _ => response,
    }
}

/// Tells whether a request brings events, or means to: that decides before any route, whatever the path.
fn brings_events(headers: &HeaderMap) -> bool {
    !matches!(cloudevents::decode::mode(headers), Ok(None))
}

const EVENTS: Intake = Intake {
    arrivals,
    // brokers keep the text beside dead letters
    trusts_sender: true,
};

/// Finds what an event brings and for whom: functions of other triggers by the source's name, else one of its type.
fn arrivals(application: &Application, event: CloudEvent) -> Vec<Arrival> {
    let native = decode::event(&event, application.clock().wall());
    let plain = events::plain(event);
    let wants = |arrival: &Arrival| application.wants(&arrival.address, &arrival.item.input);
    match native {
        Native::Event => vec![plain],
        Native::Named(arrivals) if !arrivals.iter().any(wants) && wants(&plain) => vec![plain],
        Native::Named(arrivals) => arrivals,
        Native::Nameless(_) if wants(&plain) => vec![plain],
        Native::Nameless(arrival) => vec![arrival],
    }
}

fn facts(headers: &HeaderMap) -> Facts {
    let details = |client_address: IpAddr| {
        Arc::new(Details {
            client_address: Some(client_address),
            ..Details::default()
        })
    };
    Facts {
        id: decode::id(headers),
        details: decode::address(headers).map(details),
        ..Facts::default()
    }
}

//! The application: the selected functions with what they share, and the one door that every invocation goes through.
//!
//! Begin with [`Application::build`], then [`Application::http`] and [`Application::invoke`]. What guards an invocation
//! (deadline, panic catch, limits, span, figures) is in `guard`, and nowhere else.

mod admission;
mod answering;
mod blocking;
pub(crate) mod borders;
pub(crate) mod bounds;
mod broken;
mod build;
mod by_hand;
mod deliver;
mod describe;
mod figures;
mod functions;
pub(crate) mod guard;
pub(crate) mod holding;
mod hooks;
pub(crate) mod idempotent;
pub(crate) mod late;
mod lifetime;
mod own;
mod pace;
pub(crate) mod resources;
mod response;
pub(crate) mod routes;
mod routing;
#[cfg(any(feature = "grpc", feature = "thrift"))]
mod rpc;
mod shadows;
mod shared;
mod snapshot;
mod state;
#[cfg(feature = "thrift")]
mod thrift;

use std::fmt;
use std::future::ready;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use futures_util::future::{BoxFuture, Either};
use http::Request;

pub use self::answering::Answering;
pub use self::blocking::blocking;
pub(crate) use self::broken::BrokenOff;
pub use self::build::{Blueprint, Runtime};
pub use self::deliver::Settled;
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
pub(crate) use self::deliver::dead_letter;
pub use self::describe::describe;
pub use self::functions::FunctionIndex;
use self::guard::{Guard, Ticket};
use self::lifetime::Lifetime;
use self::own::Own;
use self::resources::Resources;
pub use self::resources::share;
#[cfg(not(target_family = "wasm"))]
pub(crate) use self::response::Broken;
use self::routes::Routes;
use self::routing::Routing;
pub use self::state::FunctionState;
pub(crate) use self::state::Place;
use crate::config::Configuration;
use crate::invocation::{Context, Facts, Failure, FailureKind, Input, Outcome, Parts};
use crate::registry::Registry;
use crate::services::Services;
use crate::support::Support;
use crate::telemetry::Captured;
use crate::telemetry::metrics::own::Own as OwnMetrics;
use crate::trace::TraceContext;

/// All selected functions of a binary with their resources, checked and initialised. Cheap to clone.
#[derive(Clone)]
pub struct Application(Arc<Inner>);

struct Inner {
    functions: Vec<Arc<FunctionState>>,
    registry: Registry,
    routing: Routing,
    support: Support,
    services: Services,
    own: Own,
    resources: Resources,
    configuration: Configuration,
    routes: OnceLock<Box<dyn Routes>>,
    #[cfg(feature = "thrift")]
    thrift: OnceLock<crate::thrift::services::Services>,
    platform: &'static str,
    runtime: Runtime,
    lifetime: Lifetime,
    own_metrics: OwnMetrics,
    captured: Option<Captured>,
}

impl Application {
    /// Takes an HTTP request to the function whose route it matches.
    ///
    /// The answer's body carries the invocation on: it is over when the body has ended or been dropped.
    pub fn http(&self, facts: Facts, request: Request<Body>) -> Answering {
        match &self.0.services.recorder {
            None => self.answer(facts, request, |_| {}),
            Some(recorder) => recorder.http(self, facts, request),
        }
    }

    /// Takes a request to its function, and shows the context, which will tell which one that is.
    pub(crate) fn answer(
        &self,
        mut facts: Facts,
        mut request: Request<Body>,
        show: impl FnOnce(&Context),
    ) -> Answering {
        if facts.trace.is_none() {
            facts.trace = TraceContext::of_headers(request.headers());
        }
        #[cfg(feature = "thrift")]
        if let Some(thrift) = self.takes_thrift(&request) {
            return Answering::beside((thrift.of_http)(self.clone(), facts, request));
        }
        let context = Context::new(self.clone(), facts);
        show(&context);
        request.extensions_mut().insert(Parts::new(context));
        match self.0.routes.get() {
            Some(routes) => routes.answer(request),
            None => Answering::beside(ready(routes::nothing_here(&request))),
        }
    }

    /// Takes an event to a function.
    ///
    /// A full place or a rate is waited for; that time counts for the deadline.
    pub fn invoke(
        &self,
        function: FunctionIndex,
        facts: Facts,
        input: Input,
    ) -> impl Future<Output = Outcome> + Send + use<> {
        match &self.0.services.recorder {
            None => Either::Left(self.guarded(function, facts, input)),
            Some(recorder) => Either::Right(recorder.invoke(self, function, facts, input)),
        }
    }

    /// Takes an event to a function, under its guard.
    pub(crate) fn guarded(
        &self,
        function: FunctionIndex,
        facts: Facts,
        input: Input,
    ) -> Guard<Outcome> {
        let context = Context::new(self.clone(), facts);
        let state = &self.0.functions[function.0];
        let now = self.clock().now();
        let ticket = Ticket::open(context.clone(), Arc::clone(state), now, None);
        let missing = self.missing(function.0);
        let handler = match state.function().trigger.event_entry() {
            None => wrong_shape(state.name()),
            Some(entry) => {
                let parts = Parts::new(context);
                let is_plain = missing.is_none()
                    && !state.is_limited()
                    && state.function().idempotent.is_none();
                if is_plain {
                    entry(parts, input)
                } else {
                    admission::admitted(entry, Arc::clone(state), missing, parts, input)
                }
            }
        };
        Guard::new(handler, ticket)
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("platform", &self.0.platform)
            .field("functions", &self.0.functions.len())
            .finish_non_exhaustive()
    }
}

/// The failure of an event that was sent to a function of another trigger.
fn wrong_shape(name: &str) -> BoxFuture<'static, Outcome> {
    let failure = Failure::new(
        FailureKind::Reject,
        "WrongTrigger",
        format!("the function `{name}` serves HTTP requests and takes no events"),
    );
    Box::pin(ready(Err(failure)))
}

//! The application: the selected functions with what they share, and the one door that every invocation goes through.
//!
//! Begin with [`Application::build`], then [`Application::http`] and [`Application::invoke`]. What guards an invocation
//! (deadline, panic catch, limits, span, figures) is in `guard`, and nowhere else.

mod answering;
mod blocking;
pub(crate) mod borders;
pub(crate) mod bounds;
mod broken;
mod by_hand;
mod deliver;
mod describe;
pub(crate) mod guard;
mod hooks;
pub(crate) mod idempotent;
pub(crate) mod late;
mod own;
mod pace;
pub(crate) mod resources;
mod response;
pub(crate) mod routes;
mod routing;
#[cfg(any(feature = "grpc", feature = "thrift"))]
mod rpc;
mod shadows;
mod snapshot;
mod state;
#[cfg(feature = "thrift")]
mod thrift;

use std::any::TypeId;
use std::fmt;
use std::future::ready;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::Request;
use http_body_util::BodyExt as _;
use tokio::sync::Notify;
#[cfg(any(feature = "grpc", feature = "host"))]
use tokio::sync::SetOnce;

pub(crate) use self::broken::BrokenOff;
use self::guard::{Guard, Ticket};
use self::own::Own;
use self::resources::{Asker, Resources};
use self::routes::Routes;
use self::routing::Routing;
pub use self::state::FunctionState;
use crate::clock::Clock;
use crate::config::{ConfigErrors, Configuration};
use crate::engine::EMBEDDED;
use crate::error::Error;
use crate::function::{Function, HookMoment, Shared, Trigger, Type};
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
use crate::invocation::ObjectEvent;
use crate::invocation::{Context, Facts, Failure, FailureKind, Input, Outcome, Parts, Reply};
use crate::outlet::{Message, Outlet, PublishError};
use crate::registry::{Registry, Selection};
use crate::services::{KeyValue, Operations, Services, Site, Tasks};
use crate::startup::{StartError, StartErrors};
use crate::support::Support;
use crate::telemetry::metrics::own::Own as OwnMetrics;
use crate::telemetry::metrics::prometheus::render;
use crate::telemetry::{Captured, Metric};
use crate::trace::TraceContext;

pub use self::answering::Answering;
pub use self::blocking::blocking;
pub use self::deliver::Settled;
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
pub(crate) use self::deliver::dead_letter;
pub use self::describe::describe;
pub use self::resources::share;

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
    invoked: AtomicBool,
    in_flight: AtomicUsize,
    own_metrics: OwnMetrics,
    idle: Notify,
    #[cfg(any(feature = "grpc", feature = "host"))]
    draining: SetOnce<()>,
    captured: Option<Captured>,
}

/// What the layer below provides: time, and threads for work that blocks.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Runs work that blocks, away from the threads that poll.
    pub blocking: fn(Box<dyn FnOnce() + Send>),
}

/// What an application is built from.
#[derive(Debug)]
pub struct Blueprint {
    /// The registrations.
    pub registry: Registry,
    /// Which functions run.
    pub selection: Selection,
    /// The name of the platform.
    pub platform: &'static str,
    /// The configuration.
    pub configuration: Configuration,
    /// Time and threads.
    pub runtime: Runtime,
    /// What it is given from below: where it publishes, keys with values, tasks.
    pub services: Services,
    /// Values that stand in for resources of their types.
    pub given: Vec<(Type, Shared)>,
    /// Where the log lines of invocations go instead of the process's log.
    pub captured: Option<Captured>,
}

impl Application {
    /// Checks the registrations, builds what the selected functions need, and runs the start hooks.
    ///
    /// # Errors
    ///
    /// Returns all mistakes of the first phase that found any: registrations and selection, configuration, resources,
    /// routes, hooks.
    pub async fn build(blueprint: Blueprint) -> Result<Self, StartErrors> {
        let Blueprint {
            registry,
            selection,
            platform,
            configuration,
            runtime,
            services,
            given,
            captured,
        } = blueprint;
        let mut errors = registry
            .check()
            .err()
            .map_or_else(Vec::new, |errors| errors.iter().cloned().collect());
        let selected = match registry.select(&selection) {
            Ok(selected) => selected,
            Err(more) => {
                errors.extend(more.iter().cloned());
                Vec::new()
            }
        };
        let support = Support::of(&registry.functions);
        if let Some(http) = support.http {
            errors.extend((http.check)(&selected));
        }
        errors.extend(routing::check(&selected));
        let (routing, mistakes) = Routing::read(&selected, &configuration);
        let told = |mistakes: &ConfigErrors| StartError::configuration(mistakes.to_string());
        errors.extend(mistakes.iter().map(told));
        let resources = Resources::plan(
            &registry,
            &askers(&registry, &selected),
            given,
            &configuration,
            &mut errors,
        );
        StartErrors::check(errors, ())?;
        let functions = selected
            .into_iter()
            .map(|function| {
                let lazy = resources::needs_of(function.needs)
                    .resources
                    .into_iter()
                    .filter(|ty| !resources.is_eager(*ty))
                    .collect();
                Arc::new(FunctionState::new(function, lazy))
            })
            .collect();
        let application = Self(Arc::new(Inner {
            functions,
            support,
            registry,
            routing,
            services,
            own: Own::default(),
            resources,
            configuration,
            routes: OnceLock::new(),
            #[cfg(feature = "thrift")]
            thrift: OnceLock::new(),
            platform,
            runtime,
            invoked: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            own_metrics: OwnMetrics::default(),
            idle: Notify::new(),
            #[cfg(any(feature = "grpc", feature = "host"))]
            draining: SetOnce::new(),
            captured,
        }));
        application.initialise().await?;
        Ok(application)
    }

    async fn initialise(&self) -> Result<(), StartErrors> {
        let parts = Parts::new(Context::of_start(self.clone()));
        let errors = self.0.resources.build_eager(&parts).await;
        StartErrors::check(errors, ())?;
        if let Some(http) = self.0.support.http {
            let routes = (http.build)(&self.0.functions, &parts).await?;
            // this is the only place that sets it
            let _ = self.0.routes.set(routes);
        }
        #[cfg(feature = "thrift")]
        if let Some(thrift) = self.0.support.thrift {
            let services = (thrift.build)(&parts).await?;
            // this is the only place that sets it
            let _ = self.0.thrift.set(services);
        }
        self.run_hooks(HookMoment::Start).await
    }

    /// Takes an HTTP request to the function whose route it matches.
    ///
    /// The answer's body carries the invocation on: it is over when the body has ended or been dropped.
    pub fn http(&self, mut facts: Facts, mut request: Request<Body>) -> Answering {
        if facts.trace.is_none() {
            facts.trace = request
                .headers()
                .get("traceparent")
                .and_then(|value| TraceContext::parse_traceparent(value.as_bytes()));
        }
        #[cfg(feature = "thrift")]
        if let Some(thrift) = self.takes_thrift(&request) {
            return Answering::beside((thrift.of_http)(self.clone(), facts, request));
        }
        let context = Context::new(self.clone(), facts);
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
                    admitted(entry, Arc::clone(state), missing, parts, input)
                }
            }
        };
        Guard::new(handler, ticket)
    }

    /// Returns the functions, sorted by name.
    #[must_use]
    pub fn functions(&self) -> &[Arc<FunctionState>] {
        &self.0.functions
    }

    /// Walks the indices of the functions.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn indices(&self) -> impl Iterator<Item = FunctionIndex> + use<> {
        (0..self.0.functions.len()).map(FunctionIndex)
    }

    /// Finds a function by its name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<FunctionIndex> {
        self.position(|state| state.name() == name)
    }

    /// Finds a function by the type of its fn item.
    #[must_use]
    pub fn by_item(&self, item: TypeId) -> Option<FunctionIndex> {
        self.position(|state| state.function().item == item)
    }

    /// Returns the only `invoke` function, if there is exactly one.
    #[must_use]
    pub fn only_invoke(&self) -> Option<FunctionIndex> {
        let is_invoke =
            |state: &FunctionState| matches!(state.function().trigger, Trigger::Invoke { .. });
        let first = self.position(is_invoke)?;
        let more = self
            .0
            .functions
            .iter()
            .skip(first.0 + 1)
            .any(|state| is_invoke(state));
        (!more).then_some(first)
    }

    /// Returns the function that takes every payload as it is: the only selected one, if its trigger is `invoke`.
    #[must_use]
    pub fn takes_everything(&self) -> Option<FunctionIndex> {
        (self.0.functions.len() == 1)
            .then(|| self.only_invoke())
            .flatten()
    }

    /// Tells whether any function serves HTTP.
    #[must_use]
    pub fn has_http(&self) -> bool {
        self.0
            .functions
            .iter()
            .any(|state| crate::registry::is_http(state.function()))
    }

    /// Returns the resource of type `T`, if it is built.
    #[must_use]
    pub fn resource<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.resources.get()
    }

    /// Returns the decoded configuration section of type `T`, if a function asked for it.
    #[must_use]
    pub fn section<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.resources.section()
    }

    /// Returns the configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.0.configuration
    }

    /// Returns the name of the platform.
    #[must_use]
    pub fn platform(&self) -> &'static str {
        self.0.platform
    }

    /// Returns where published messages and events go.
    #[must_use]
    pub fn outlet(&self) -> &dyn Outlet {
        &*self.0.services.outlet
    }

    /// Publishes a message; done once the other side has confirmed it.
    ///
    /// Other than with [`outlet`](Self::outlet), a queue that is bound to nothing is one of the host's own.
    pub fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        let outlet = self.outlet();
        if let Some(engine) = EMBEDDED {
            outlet.equip(engine);
        }
        outlet.publish(message)
    }

    /// Returns the keys with values that all instances share.
    #[must_use]
    pub fn kv(&self) -> &dyn KeyValue {
        &*self.0.services.kv
    }

    /// Returns who reads and writes keys with values, if anybody does, with what it needs them through.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn who_keeps(&self) -> Option<String> {
        let mut functions = self.functions().iter();
        let idempotent = functions.find(|state| state.function().idempotent.is_some());
        idempotent
            .map(|state| format!("function `{}`", state.name()))
            .or_else(|| self.0.resources.who_keeps().map(str::to_owned))
    }

    /// Returns where tasks are handed over.
    #[must_use]
    pub fn tasks(&self) -> &dyn Tasks {
        &*self.0.services.tasks
    }

    /// Returns the view of what waits and what is planned.
    #[must_use]
    pub fn operations(&self) -> &dyn Operations {
        &*self.0.services.operations
    }

    /// Returns who knows where the instance runs.
    #[must_use]
    pub fn site(&self) -> &dyn Site {
        &*self.0.services.site
    }

    /// Returns the clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.runtime.clock
    }

    /// Returns the clock for what outlives a borrow of the application.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.runtime.clock)
    }

    /// Finds the function that hears of an object in a bucket by the bucket's logical name.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn hears_of(&self, object: &ObjectEvent) -> Option<FunctionIndex> {
        self.0.routing.hears_of(object)
    }

    /// Runs work that blocks, away from the threads that poll.
    pub fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        (self.0.runtime.blocking)(work);
    }

    /// Returns how many invocations are in flight.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.load(Ordering::SeqCst)
    }

    /// Completes once no invocation is in flight.
    pub async fn idle(&self) {
        loop {
            let mut notified = std::pin::pin!(self.0.idle.notified());
            notified.as_mut().enable();
            if self.in_flight() == 0 {
                return;
            }
            notified.await;
        }
    }

    /// Tells everybody who waits for it that the instance is about to stop.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) fn drain(&self) {
        // the second time it is known already
        let _ = self.0.draining.set(());
    }

    /// Tells whether the instance is about to stop.
    #[cfg(feature = "grpc")]
    pub(crate) fn is_draining(&self) -> bool {
        self.0.draining.initialized()
    }

    /// Completes once the instance is about to stop.
    #[cfg(feature = "grpc")]
    pub(crate) async fn draining(&self) {
        self.0.draining.wait().await;
    }

    /// Writes the figures of all functions in Prometheus' text form, with those that handlers tell themselves.
    #[must_use]
    pub fn metrics(&self) -> String {
        let mut text = String::new();
        render(
            self.0
                .functions
                .iter()
                .map(|state| (state.name(), state.trigger_name(), &state.metrics)),
            [],
            &mut text,
        );
        self.0.own_metrics.render(&mut text);
        text
    }

    /// Returns what handlers have told by [`Context::metric`], by name and function.
    #[must_use]
    pub fn own_figures(&self) -> Vec<Metric> {
        self.0.own_metrics.all()
    }

    pub(crate) fn own_metrics(&self) -> &OwnMetrics {
        &self.0.own_metrics
    }

    /// Describes what runs: the selected functions with their places, limits and schemas.
    #[must_use]
    pub fn describe(&self) -> serde_json::Value {
        let mut registry = self.0.registry.clone();
        registry.functions = self
            .0
            .functions
            .iter()
            .map(|state| state.function())
            .collect();
        describe(&registry, &[])
    }

    /// Returns what the functions of the binary have brought along, those that are not selected included.
    #[cfg_attr(
        not(any(
            feature = "grpc",
            all(
                any(feature = "aws-lambda", feature = "host"),
                not(target_family = "wasm")
            )
        )),
        expect(dead_code, reason = "only adapters and gRPC use it")
    )]
    pub(crate) fn support(&self) -> Support {
        self.0.support
    }

    pub(crate) fn captured(&self) -> Option<&Captured> {
        self.0.captured.as_ref()
    }

    pub(crate) fn is_first_invocation(&self) -> bool {
        !self.0.invoked.load(Ordering::Relaxed) && !self.0.invoked.swap(true, Ordering::Relaxed)
    }

    fn position(&self, which: impl Fn(&FunctionState) -> bool) -> Option<FunctionIndex> {
        self.0
            .functions
            .iter()
            .position(|state| which(state))
            .map(FunctionIndex)
    }

    /// Returns the lazy resources of a function that have not been built yet.
    fn missing(&self, function: usize) -> Option<Vec<Type>> {
        let state = self.0.functions.get(function)?;
        if state.lazy.is_empty() {
            return None;
        }
        let missing: Vec<_> = state
            .lazy
            .iter()
            .filter(|ty| !self.0.resources.is_built(**ty))
            .copied()
            .collect();
        (!missing.is_empty()).then_some(missing)
    }

    async fn build_lazy(&self, missing: Vec<Type>, parts: &Parts) -> Result<(), Error> {
        for ty in missing {
            self.0.resources.ensure(ty, parts).await?;
        }
        Ok(())
    }

    pub(crate) fn state(&self, function: FunctionIndex) -> &Arc<FunctionState> {
        &self.0.functions[function.0]
    }

    fn enter(&self) {
        self.0.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    fn leave(&self) {
        if self.0.in_flight.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

/// Which of an application's functions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FunctionIndex(usize);

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("platform", &self.0.platform)
            .field("functions", &self.0.functions.len())
            .finish_non_exhaustive()
    }
}

/// Waits for the function's limits and builds its lazy resources, then calls it, unless that was done before.
fn admitted(
    entry: crate::function::EventEntry,
    state: Arc<FunctionState>,
    missing: Option<Vec<Type>>,
    parts: Parts,
    input: Input,
) -> BoxFuture<'static, Outcome> {
    Box::pin(async move {
        let permit = state.permit().await;
        let clock = parts.application().clock();
        let wait = state.pace(clock.now());
        if wait > Duration::ZERO {
            clock.sleep_until(clock.now().after(wait)).await;
        }
        if let Some(missing) = missing {
            parts.application().build_lazy(missing, &parts).await?;
        }
        let outcome = match state.function().idempotent {
            None => entry(parts, input).await,
            Some(rule) => (rule.once)(rule, entry, parts, input).await,
        };
        if let Ok(Reply {
            stream: Some(stream),
            ..
        }) = &outcome
        {
            // the place is taken until the stream has ended
            stream.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    let _kept = &permit;
                    frame
                }))
            });
        }
        outcome
    })
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

/// Returns everybody who needs something from the start on.
fn askers(registry: &Registry, selected: &[&'static Function]) -> Vec<Asker> {
    let functions = selected.iter().map(|function| Asker {
        name: format!("function `{}`", function.origin.name),
        needs: function.needs,
    });
    let hooks = registry.hooks.iter().map(|hook| Asker {
        name: format!("hook `{}`", hook.origin.name),
        needs: hook.needs,
    });
    functions.chain(hooks).collect()
}

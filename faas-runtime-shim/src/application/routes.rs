//! The router of an application: annotated routes, mounted routers, and the leaf through which every HTTP invocation
//! passes the guard.
//!
//! axum panics on routes that overlap, so annotated routes are tried on its matcher first and all clashes reported; a
//! mounted router does not list its routes, so its merge is tried and the panic's text becomes the start-up error.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::DefaultBodyLimit;
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, any_service};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode};
use tower_service::Service;

use super::Answering;
use super::guard::{Guard, Ticket, panic_message};
use super::response::overloaded;
use super::shadows;
use super::state::FunctionState;
use crate::error::{Error, problem, whole_seconds};
use crate::function::{Function, Origin, Trigger};
use crate::invocation::{Context, Parts};
use crate::startup::{StartError, StartErrors};
use crate::telemetry::metrics::OutcomeKind;

type Entry = fn(Request<Body>) -> BoxFuture<'static, Response<Body>>;

/// Finds every clash among the annotated routes.
pub(crate) fn check(functions: &[&'static Function]) -> Vec<StartError> {
    let mut errors = Vec::new();
    let mut paths: matchit::Router<&'static Function> = matchit::Router::new();
    let mut taken: Vec<(&'static str, &'static str, &'static Function)> = Vec::new();
    for function in functions {
        let Trigger::Http { methods, path, .. } = function.trigger else {
            continue;
        };
        let all: &[&str] = if methods.is_empty() {
            &["every method"]
        } else {
            methods
        };
        for method in all {
            let same = |(m, p, _): &&(&str, &str, &Function)| m == method && *p == path;
            match taken.iter().find(same) {
                Some((_, _, first)) => errors.push(StartError::same_route(
                    &format!("`{method} {path}`"),
                    &first.origin,
                    &function.origin,
                )),
                None => taken.push((method, path, function)),
            }
        }
        if functions_at(&taken, path, function) {
            continue;
        }
        match paths.insert(path, function) {
            Ok(()) => {}
            Err(matchit::InsertError::Conflict { with }) => {
                let first = taken
                    .iter()
                    .find(|(_, path, _)| *path == with)
                    .map_or(&function.origin, |(_, _, first)| &first.origin);
                errors.push(StartError::clashing_paths(
                    path,
                    &with,
                    &function.origin,
                    first,
                ));
            }
            Err(other) => errors.push(StartError::bad_path(
                path,
                &function.origin,
                &other.to_string(),
            )),
        }
    }
    let mounts = functions
        .iter()
        .filter_map(|function| match function.trigger {
            Trigger::Mount { prefix, .. } => Some((prefix, &function.origin)),
            _ => None,
        });
    let mut seen: Vec<(&str, &Origin)> = Vec::new();
    for (prefix, origin) in mounts {
        match seen.iter().find(|(other, _)| *other == prefix) {
            Some((_, first)) => errors.push(StartError::same_route(
                &format!("everything under `{prefix}`"),
                first,
                origin,
            )),
            None => seen.push((prefix, origin)),
        }
    }
    errors.extend(shadows::check(functions));
    errors
}

/// Whether another function has brought this path to the matcher already.
fn functions_at(
    taken: &[(&str, &str, &'static Function)],
    path: &str,
    function: &'static Function,
) -> bool {
    taken
        .iter()
        .any(|(_, other, owner)| *other == path && owner.origin != function.origin)
}

/// Where requests find their functions. Only functions for HTTP bring the one that there is.
pub(crate) trait Routes: Send + Sync {
    /// Takes a request to its function.
    fn answer(&self, request: Request<Body>) -> Answering;
}

impl Routes for Router {
    fn answer(&self, mut request: Request<Body>) -> Answering {
        if !request.body().is_end_stream() {
            // the platform's or the host's own limit holds, not the framework's 2 MB
            DefaultBodyLimit::disable().apply(&mut request);
        }
        Answering::routed(self.clone().call(request))
    }
}

/// Builds the router, once the resources are there.
pub(crate) async fn build(
    functions: &[Arc<FunctionState>],
    parts: &Parts,
) -> Result<Box<dyn Routes>, StartErrors> {
    let mut errors = Vec::new();
    let mut router = Router::new();
    for (path, methods) in annotated_routes(functions) {
        router = router.route(path, methods);
    }
    let mut root = None;
    let mut nested = Vec::new();
    for (index, state) in functions.iter().enumerate() {
        let Trigger::Mount { prefix, make } = state.function().trigger else {
            continue;
        };
        let origin = &state.function().origin;
        let made = AssertUnwindSafe(async { make(parts.clone()).await })
            .catch_unwind()
            .await;
        match made {
            Ok(Ok(router)) if prefix == "/" => {
                root = Some((origin, router.layer(MountLayer { index })));
            }
            Ok(Ok(router)) => nested.push((
                origin,
                prefix,
                Mount {
                    index,
                    inner: router,
                },
            )),
            Ok(Err(error)) => {
                errors.push(StartError::resource_failed(
                    "Router",
                    origin,
                    &error.chain(),
                ));
            }
            Err(panic) => errors.push(StartError::resource_failed(
                "Router",
                origin,
                &format!("it panicked: {}", panic_message(&*panic)),
            )),
        }
    }
    for (origin, prefix, service) in nested {
        router = attempt(origin, functions, router, &mut errors, |router| {
            router.nest_service(prefix, service.clone())
        });
    }
    router = match root {
        Some((origin, legacy)) => attempt(origin, functions, router, &mut errors, |router| {
            legacy.clone().merge(router)
        }),
        None => router
            .fallback(async |request: Request<Body>| nothing_here(&request))
            .method_not_allowed_fallback(another_method),
    };
    #[cfg(feature = "grpc")]
    if let Some(grpc) = parts.application().support().grpc {
        StartErrors::check(errors, ())?;
        return (grpc.before)(router, parts).await;
    }
    StartErrors::check(errors, Box::new(router))
}

/// Makes one router step that axum answers with a panic if routes clash; then makes it with each annotated route alone, to
/// find those that do.
fn attempt(
    origin: &Origin,
    functions: &[Arc<FunctionState>],
    router: Router,
    errors: &mut Vec<StartError>,
    step: impl Fn(Router) -> Router,
) -> Router {
    let tried = |router| {
        crate::telemetry::panic::quietly(|| catch_unwind(AssertUnwindSafe(|| step(router))))
            .map_err(|panic| panic_message(&*panic).to_owned())
    };
    let why = match tried(router.clone()) {
        Ok(router) => return router,
        Err(why) => why,
    };
    let found = errors.len();
    for (index, state) in functions.iter().enumerate() {
        let alone = annotated(MethodRouter::new(), index, state);
        let Some((path, methods)) = alone else {
            continue;
        };
        if let Err(why) = tried(Router::new().route(path, methods)) {
            let with = &state.function().origin;
            errors.push(StartError::mount_clash(origin, Some(with), &why));
        }
    }
    if errors.len() == found {
        // two mounted routers, whose routes have no functions
        errors.push(StartError::mount_clash(origin, None, &why));
    }
    router
}

/// Gathers what stands at one path into one method router.
fn annotated_routes(functions: &[Arc<FunctionState>]) -> Vec<(&'static str, MethodRouter)> {
    let mut routes: Vec<(&'static str, MethodRouter)> = Vec::new();
    for (index, state) in functions.iter().enumerate() {
        let Trigger::Http { path, .. } = state.function().trigger else {
            continue;
        };
        let position = routes.iter().position(|(known, _)| *known == path);
        let at = match position {
            Some(position) => routes.swap_remove(position).1,
            None => MethodRouter::new(),
        };
        routes.extend(annotated(at, index, state));
    }
    routes
}

/// Adds a function to what stands at its path already; `None` for one that has no path of its own.
fn annotated(
    at: MethodRouter,
    index: usize,
    state: &FunctionState,
) -> Option<(&'static str, MethodRouter)> {
    let Trigger::Http {
        methods,
        path,
        call,
    } = state.function().trigger
    else {
        return None;
    };
    let leaf = Leaf { index, entry: call };
    let at = match filter(methods) {
        Some(filter) => at.on_service(filter, leaf),
        None => at.merge(any_service(leaf)),
    };
    Some((path, at))
}

/// Returns the filter of these methods; none of them means all, which is no filter.
fn filter(methods: &[&str]) -> Option<MethodFilter> {
    methods
        .iter()
        .filter_map(|method| MethodFilter::try_from(method.parse::<Method>().ok()?).ok())
        .reduce(MethodFilter::or)
}

/// The 404 of an application without a router at `/`.
pub(super) fn nothing_here(request: &Request<Body>) -> Response<Body> {
    tracing::info!(
        method = %request.method(),
        path = request.uri().path(),
        "no function takes this request"
    );
    problem(StatusCode::NOT_FOUND, Some("no function takes this path"))
}

/// The 405 beside it; axum adds `allow`.
async fn another_method() -> Response<Body> {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        Some("no function takes this method here"),
    )
}

/// The end of a route: the door, then the function.
#[derive(Clone)]
struct Leaf {
    index: usize,
    entry: Entry,
}

impl Service<Request<Body>> for Leaf {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Guarded;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Guarded {
        guarded(self.index, request, self.entry)
    }
}

/// Runs `entry` as the function with this index, under its limits.
fn guarded(
    index: usize,
    request: Request<Body>,
    entry: impl FnOnce(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + 'static,
) -> Guarded {
    match open(index, &request) {
        Ok(ticket) => {
            let handler = handler(ticket.context(), index, request, entry);
            Guarded::Admitted(Guard::new(handler, ticket))
        }
        Err(refusal) => Guarded::Refused(Some(refusal)),
    }
}

/// The future of a leaf: the function under its guard, or the answer of a limit.
enum Guarded {
    Admitted(Guard<Response<Body>>),
    Refused(Option<Box<Response<Body>>>),
}

impl Future for Guarded {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Admitted(guard) => Pin::new(guard).poll(cx).map(Ok),
            Self::Refused(refusal) => match refusal.take() {
                Some(refusal) => Poll::Ready(Ok(*refusal)),
                None => Poll::Pending,
            },
        }
    }
}

/// Opens the invocation, or says why it is refused.
fn open(index: usize, request: &Request<Body>) -> Result<Ticket, Box<Response<Body>>> {
    let Some(context) = request.extensions().get::<Parts>().map(Parts::context) else {
        // only a router taken out of its application can get here
        return Err(Box::new(
            Error::retry("no application serves this request").into_response(),
        ));
    };
    let application = context.application();
    let Some(state) = application.functions().get(index) else {
        return Err(Box::new(
            Error::retry("this request belongs to another application").into_response(),
        ));
    };
    let now = application.clock().now();
    match state.try_admit(now) {
        Ok(permit) => {
            let ticket = Ticket::open(context.clone(), Arc::clone(state), now, permit);
            Ok(if *request.method() == Method::HEAD {
                ticket.of_head()
            } else {
                ticket
            })
        }
        Err(wait) => {
            state.refused(OutcomeKind::Overload, context.figures());
            Err(Box::new(overloaded(whole_seconds(wait))))
        }
    }
}

/// Returns the handler's future; before it, where needed, the building of lazy resources.
fn handler(
    context: &Context,
    index: usize,
    request: Request<Body>,
    entry: impl FnOnce(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + 'static,
) -> BoxFuture<'static, Response<Body>> {
    let application = context.application();
    match application.missing(index) {
        None => entry(request),
        Some(missing) => {
            let parts = Parts::new(context.clone());
            Box::pin(async move {
                match parts.application().build_lazy(missing, &parts).await {
                    Ok(()) => entry(request).await,
                    Err(error) => error.into_response(),
                }
            })
        }
    }
}

/// Takes the requests of a mounted router through the door.
#[derive(Clone)]
struct MountLayer {
    index: usize,
}

impl<S> tower_layer::Layer<S> for MountLayer {
    type Service = Mount<S>;

    fn layer(&self, inner: S) -> Mount<S> {
        Mount {
            index: self.index,
            inner,
        }
    }
}

/// A mounted service behind the door.
#[derive(Clone)]
struct Mount<S> {
    index: usize,
    inner: S,
}

impl<S> Service<Request<Body>> for Mount<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Guarded;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Guarded {
        // the clone stays, the one that was made ready goes
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let entry = move |request| -> BoxFuture<'static, Response<Body>> {
            Box::pin(inner.call(request).map(|answer| match answer {
                Ok(response) => response,
                Err(never) => match never {},
            }))
        };
        guarded(self.index, request, entry)
    }
}

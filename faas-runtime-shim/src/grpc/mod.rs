//! gRPC: services and methods as functions, on whatever brings HTTP requests.
//!
//! A call goes through `front`, which tells native gRPC from gRPC-Web and Connect and translates those two, and `leaf`, where
//! it becomes an invocation; behind it stands tonic's generated server, or `method` for functions that are one method. All
//! translation happens outside of the guard, so what the guard makes of a panic or a deadline is told in the caller's
//! protocol. `health` and `reflection` are services of our own beside those of functions.

mod answer;
mod cors;
pub mod failure;
mod front;
mod health;
mod leaf;
pub mod method;
mod reflection;
mod report;
mod schema;
mod settings;
mod status;
mod timeout;
pub(crate) mod translate;

use std::collections::BTreeMap;
use std::future::ready;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Request;
use tonic::Status;

pub use self::front::calls;
use self::front::{Front, Shared};
use self::leaf::{Entry, Leaf};
pub use self::settings::{compresses, max_message};
use crate::application::Answering;
use crate::application::guard::panic_message;
use crate::application::routes::Routes;
use crate::error::Error;
use crate::function::{Calls, Origin, Trigger};
use crate::invocation::Parts;
use crate::startup::{StartError, StartErrors};

/// Puts the services of all gRPC functions, health and reflection before a router.
pub(crate) async fn before(router: Router, parts: &Parts) -> Result<Box<dyn Routes>, StartErrors> {
    let application = parts.application();
    let shared = Arc::new(Shared::new(application)?);
    let mut errors = Vec::new();
    let mut services = Services::default();
    for (index, state) in application.functions().iter().enumerate() {
        let function = state.function();
        match function.trigger {
            Trigger::Grpc {
                service,
                methods,
                make,
            } => match made(make(parts.clone()), service(), &function.origin).await {
                Ok(calls) => {
                    let leaf = Leaf::new(
                        index,
                        methods,
                        shared.streams(service()),
                        Entry::Service(calls),
                    );
                    services.all(service(), Front::new(leaf.into(), &shared));
                }
                Err(error) => errors.push(error),
            },
            Trigger::GrpcMethod {
                service,
                method,
                call,
            } => {
                // the method itself says so if it takes a stream
                let leaf = Leaf::new(index, &[], Some(Box::default()), Entry::Method(call));
                services.one(service, method, Front::new(leaf.into(), &shared));
            }
            _ => {}
        }
    }
    let names = services.names();
    let own = [health::NAME, reflection::V1, reflection::V1_ALPHA];
    let missing = own.into_iter().filter(|name| !names.contains(name));
    let listed: Vec<_> = names.iter().copied().chain(missing.clone()).collect();
    for name in missing {
        let calls = match name {
            health::NAME => health::service(&names),
            _ => reflection::service(&listed, shared.schema()),
        };
        services.all(name, Front::new(calls.into(), &shared));
    }
    let routes = WithServices {
        services,
        unknown: Front::new(unknown().into(), &shared),
        router,
    };
    StartErrors::check(errors, Box::new(routes))
}

/// Waits for a service that its function makes, as for a resource.
async fn made(
    making: BoxFuture<'static, Result<Calls, Error>>,
    service: &str,
    origin: &Origin,
) -> Result<Calls, StartError> {
    let failed = |why: &str| StartError::resource_failed(service, origin, why);
    match AssertUnwindSafe(making).catch_unwind().await {
        Ok(made) => made.map_err(|error| failed(&error.chain())),
        Err(panic) => Err(failed(&format!("it panicked: {}", panic_message(&*panic)))),
    }
}

/// Answers calls of what there is not.
fn unknown() -> Calls {
    Arc::new(|request: Request<Body>| {
        tracing::info!(path = request.uri().path(), "no function takes this call");
        let status = Status::unimplemented("no such service or method");
        Box::pin(ready(failure::refused(&status)))
    })
}

/// What is served, by service and method.
#[derive(Default)]
struct Services(BTreeMap<&'static str, Methods>);

/// What is served of one service.
#[derive(Default)]
struct Methods {
    all: Option<Front>,
    single: BTreeMap<&'static str, Front>,
}

impl Services {
    fn all(&mut self, service: &'static str, front: Front) {
        self.0.entry(service).or_default().all = Some(front);
    }

    fn one(&mut self, service: &'static str, method: &'static str, front: Front) {
        let methods = self.0.entry(service).or_default();
        methods.single.insert(method, front);
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.keys().copied().collect()
    }

    /// Finds what stands at `/pkg.Service/Method`; for a method that is not there, of a service that is, `Err`.
    fn find(&self, path: &str) -> Option<Result<&Front, ()>> {
        let (service, method) = path.strip_prefix('/')?.split_once('/')?;
        let methods = self.0.get(service)?;
        let front = methods.single.get(method).or(methods.all.as_ref());
        Some(front.ok_or(()))
    }
}

/// The services, and behind them the router of everything else: so what a mounted router would do with an unknown call does
/// not matter.
struct WithServices {
    services: Services,
    unknown: Front,
    router: Router,
}

impl Routes for WithServices {
    fn answer(&self, request: Request<Body>) -> Answering {
        let front = match self.services.find(request.uri().path()) {
            Some(Ok(front)) => front,
            Some(Err(())) => &self.unknown,
            None if front::is_grpc(&request) => &self.unknown,
            None => return self.router.answer(request),
        };
        Answering::beside(front.call(request))
    }
}

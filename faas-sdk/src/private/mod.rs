//! What generated code names. Not API: anything here may change in any release.

#[cfg(feature = "grpc")]
mod grpc;
mod of;
mod param;
pub mod probe;
#[cfg(feature = "thrift")]
mod thrift;

use std::any::TypeId;
use std::convert::Infallible;
use std::num::NonZeroU32;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::IntoResponse;
use tower_service::Service;

#[cfg(feature = "grpc")]
pub use self::grpc::{
    GZIP, Reply, grpc_call, grpc_compresses, grpc_max_message, grpc_name, grpc_name_of,
    grpc_refused, grpc_reply, grpc_service,
};
pub use self::of::{Fallible, Of, Plain};
pub use self::param::{Param, at_most_one, no_payload, one_by_one, outcome, param, refused, slot};
pub use self::probe::Probe;
#[cfg(feature = "thrift")]
pub use self::thrift::{thrift_name, thrift_name_of, thrift_service};
pub use crate::Error;
pub use crate::extract::trigger as marker;
pub use crate::extract::{FromInvocation, Needs, Parts, Payload, Slot, State};
pub use crate::handler::{Async, Blocking, Returns};
pub use crate::outcome::IntoOutcome;
pub use faas_runtime_shim::application::{blocking, share as provide};
pub use faas_runtime_shim::function::{
    AfterCrash, BinlogSpec, ConfigEntry, ConfigSection, Descriptors, EventSpec, Function, Hook,
    HookMoment, Idempotent, Limits, Linked, MethodLimits, Missed, ObjectSpec, Origin, Overlap,
    QueueSpec, Rate, Resource, RetryPolicy, Schedule, Shared, TaskSpec, TimerSpec, Trigger, Type,
};
pub use faas_runtime_shim::invocation::{ChangeKind, ObjectKind, Outcome};
pub use faas_runtime_shim::schema::Schemas;
pub use inventory;
pub use serde;

/// The HTTP request of a handler.
pub type Request = http::Request<Body>;
/// The HTTP response of a handler.
pub type Response = http::Response<Body>;

/// Returns the identity of a fn item.
pub const fn item<F: 'static>(_: &F) -> TypeId {
    TypeId::of::<F>()
}

/// Returns the identity of a type that stands for a function.
#[must_use]
pub const fn item_of<T: 'static>() -> TypeId {
    TypeId::of::<T>()
}

/// Makes a limit of a literal that the macro has checked.
///
/// # Panics
///
/// Panics for zero, at compile time.
#[must_use]
pub const fn limit(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("the macro refuses zero")
}

/// Demands that a handler's future may move between threads, where the error points at the handler.
pub fn send<F: Future + Send>(future: F) -> F {
    future
}

/// Reads a parameter of an HTTP handler from the head.
///
/// # Errors
///
/// Returns the extractor's answer to a request that it refuses.
pub async fn http_part<T: FromRequestParts<()>>(
    parts: &mut http::request::Parts,
) -> Result<T, Response> {
    T::from_request_parts(parts, &())
        .await
        .map_err(IntoResponse::into_response)
}

/// Reads the last parameter of an HTTP handler, which may take the body.
///
/// # Errors
///
/// Returns the extractor's answer to a request that it refuses.
pub async fn http_last<T: FromRequest<(), M>, M>(request: Request) -> Result<T, Response> {
    T::from_request(request, &())
        .await
        .map_err(IntoResponse::into_response)
}

/// Makes the response of what an HTTP handler returned.
pub fn response<R: IntoResponse>(value: R) -> Response {
    value.into_response()
}

/// Makes a router of what a mount returned; a router stays what it is.
pub fn router<S>(service: S) -> Router
where
    S: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Response: IntoResponse,
    S::Future: Send + 'static,
{
    let mut service = Some(service);
    let any: &mut dyn std::any::Any = &mut service;
    if let Some(router) = any.downcast_mut::<Option<Router>>() {
        return router.take().unwrap_or_default();
    }
    match service {
        Some(service) => Router::new().fallback_service(service),
        None => Router::new(),
    }
}

/// Takes what a hook returned, which is nothing.
pub const fn done((): ()) {}

//! What functions for gRPC bring: their services before the router, health, reflection, gRPC-Web and Connect.

use axum::Router;
use futures_util::future::BoxFuture;

use crate::application::routes::Routes;
use crate::grpc;
use crate::invocation::Parts;
use crate::startup::StartErrors;

/// The ways of calls to gRPC services.
#[derive(Debug)]
pub(crate) struct Grpc {
    /// Puts the services before the router of other functions.
    pub(crate) before: Before,
}

type Before = for<'a> fn(Router, &'a Parts) -> BoxFuture<'a, Result<Box<dyn Routes>, StartErrors>>;

pub(crate) static GRPC: Grpc = Grpc {
    before: |router, parts| Box::pin(grpc::before(router, parts)),
};

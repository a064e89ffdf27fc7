//! Calls of services in a test, by the clients that are generated for them.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::body::Body;
use faas_runtime_shim::application::Application;
use faas_runtime_shim::invocation::Facts;
use futures_util::future::BoxFuture;
use http::{Request, Response, Version};
use tower_service::Service;

use super::TestApp;

impl TestApp {
    /// Returns the other end of a connection to its gRPC services, for clients that `tonic` generates:
    /// `GreeterClient::new(app.grpc())`.
    ///
    /// Calls go in process, as they came over HTTP/2.
    #[must_use]
    pub fn grpc(&self) -> Channel {
        Channel(self.application.clone())
    }
}

/// The other end of a connection to an application's gRPC services.
#[derive(Clone, Debug)]
pub struct Channel(Application);

impl Service<Request<tonic::body::Body>> for Channel {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<tonic::body::Body>) -> Self::Future {
        let mut request = request.map(Body::new);
        *request.version_mut() = Version::HTTP_2;
        let answering = self.0.http(Facts::default(), request);
        Box::pin(async move { Ok(answering.await) })
    }
}

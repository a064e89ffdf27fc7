//! What a function may return that makes a whole service.

use std::convert::Infallible;

use axum::BoxError;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use faas_runtime_shim::function::Calls;
use faas_runtime_shim::grpc::calls;
use http::{Request, Response};
use tonic::server::NamedService;
use tower_service::Service;

/// A server of gRPC: what `tonic` generates, or what stands around it, such as an interceptor.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no server of gRPC",
    label = "not a server",
    note = "return what tonic generates for a service, such as `GreeterServer<MyGreeter>`, or a `Result` of it; a function that is one method names it: `#[faas::grpc(\"pkg.Service/Method\")]`"
)]
pub trait GrpcServer: Send + 'static {
    /// The full name of the service.
    const NAME: &'static str;

    /// Makes what serves its calls.
    fn into_calls(self) -> Calls;
}

#[diagnostic::do_not_recommend]
impl<S, B> GrpcServer for S
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>
        + NamedService
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send + 'static,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    const NAME: &'static str = S::NAME;

    fn into_calls(self) -> Calls {
        calls(self)
    }
}

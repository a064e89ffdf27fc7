//! Functions of gRPC.

use faas_runtime_shim::function::Calls;
pub use faas_runtime_shim::grpc::method::{Reply, call as grpc_call};
pub use faas_runtime_shim::grpc::{compresses as grpc_compresses, max_message as grpc_max_message};
use tonic::codec::CompressionEncoding;

use super::of::Finish;
use crate::Error;
use crate::rpc::{GrpcServer, IntoReply};

/// How messages are packed.
pub const GZIP: CompressionEncoding = CompressionEncoding::Gzip;

/// Makes what serves the calls of a service.
pub fn grpc_service<S: GrpcServer>(server: S) -> Calls {
    server.into_calls()
}

/// Returns the full name of the service that a function returns.
pub fn grpc_name<K: Finish>(_: &K) -> &'static str
where
    K::Value: GrpcServer,
{
    K::Value::NAME
}

/// Returns the full name of a service.
#[must_use]
pub fn grpc_name_of<S: GrpcServer>() -> &'static str {
    S::NAME
}

/// Makes the answer of what a method returned.
///
/// # Errors
///
/// Returns the error that it returned.
pub fn grpc_reply<R: IntoReply>(value: R) -> Result<Reply, Error> {
    value.into_reply()
}

/// Makes the answer to a call of which a parameter could not be read.
///
/// # Errors
///
/// Always.
pub fn grpc_refused(error: Error) -> Result<Reply, Error> {
    Err(error)
}

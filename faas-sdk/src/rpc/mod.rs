//! Calls of services: what functions of gRPC and Thrift take and answer beside what all functions take.
//!
//! A gRPC function is a service, by an `impl` of the trait that `tonic` generates or by a fn that returns the server, or one
//! method, by an `async fn` whose parameters are [`Proto`](crate::Proto) or `Messages` and any others of functions. See
//! `#[faas::grpc]`.
//!
//! A Thrift function is a service, by an `impl` of the trait that `faas-build` generates or by a fn that returns the server.
//! See `#[faas::thrift]` and, for clients, `thrift::Transport`.

#[cfg(feature = "grpc")]
mod grpc;
#[cfg(feature = "thrift")]
mod thrift_server;

#[cfg(feature = "thrift")]
pub use faas_runtime_shim::thrift;

#[cfg(feature = "grpc")]
pub use self::grpc::{GrpcServer, IntoReply, Messages, Replies};
#[cfg(feature = "thrift")]
pub use self::thrift_server::ThriftServer;

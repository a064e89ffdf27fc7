//! Functions of Thrift.

use faas_runtime_shim::function::Shared;
use faas_runtime_shim::thrift::{Handle, Named};

use super::of::Finish;
use crate::rpc::ThriftServer;

/// Makes what serves the calls of a service.
pub fn thrift_service<S: ThriftServer>(server: S) -> Shared {
    Handle::share(server)
}

/// Returns the name of the service that a function returns.
pub fn thrift_name<K: Finish>(_: &K) -> &'static str
where
    K::Value: ThriftServer,
{
    <K::Value as Named>::NAME
}

/// Returns the name of a service.
#[must_use]
pub fn thrift_name_of<S: ThriftServer>() -> &'static str {
    S::NAME
}

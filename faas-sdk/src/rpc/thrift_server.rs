//! What a function may return that makes a whole Thrift service.

use faas_runtime_shim::thrift::{Named, Service};

/// A server of Thrift: what `faas-build` generates for a service of an IDL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no server of Thrift",
    label = "not a server",
    note = "return what `faas-build` generates for a service, such as `ItemServiceServer<MyItems>`, or a `Result` of it"
)]
pub trait ThriftServer: Service + Named {}

#[diagnostic::do_not_recommend]
impl<S: Service + Named> ThriftServer for S {}

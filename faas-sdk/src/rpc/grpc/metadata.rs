//! The metadata that a caller sends along.

use faas_runtime_shim::grpc::method::Incoming;
use tonic::metadata::MetadataMap;

use crate::Error;
use crate::extract::trigger::Grpc;
use crate::extract::{FromInvocation, Nothing, Parts, Slot};

/// All metadata of the call, also in several parameters.
impl FromInvocation<Grpc> for MetadataMap {
    type Takes = Nothing;

    fn from_invocation(_: &Parts, call: &mut Slot) -> Result<Self, Error> {
        let call = call.call::<Incoming>();
        Ok(call.map_or_else(Self::new, |call| call.metadata.clone()))
    }
}

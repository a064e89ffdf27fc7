//! gRPC's reflection service (gRPC Server Reflection Protocol), in both versions that clients ask for.

use std::fmt;

use tonic_reflection::server::Builder;

use super::front::calls;
use super::health;
use crate::function::{Calls, Descriptors};
use crate::startup::StartError;

pub(super) const V1: &str = "grpc.reflection.v1.ServerReflection";
pub(super) const V1_ALPHA: &str = "grpc.reflection.v1alpha.ServerReflection";

/// Makes the services, which know these others: those without descriptors by their names alone.
pub(super) fn services(
    services: &[&'static str],
) -> Result<[(&'static str, Calls); 2], StartError> {
    let v1 = builder(services, V1).build_v1().map_err(unreadable)?;
    let v1_alpha = builder(services, V1_ALPHA)
        .build_v1alpha()
        .map_err(unreadable)?;
    Ok([(V1, calls(v1)), (V1_ALPHA, calls(v1_alpha))])
}

fn builder(services: &[&'static str], own: &'static str) -> Builder<'static> {
    let mut builder = Builder::configure()
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
    for descriptors in inventory::iter::<Descriptors> {
        builder = builder.register_encoded_file_descriptor_set(descriptors.set);
    }
    for service in services.iter().chain(&[health::NAME, own]) {
        builder = builder.with_service_name(*service);
    }
    builder
}

fn unreadable(error: impl fmt::Display) -> StartError {
    StartError::descriptors(&error.to_string())
}

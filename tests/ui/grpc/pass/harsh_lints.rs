//! Nothing in generated code meets a lint.

#![deny(warnings, missing_docs, clippy::pedantic)]
#![forbid(unsafe_code)]

use faas::{Proto, State};
use futures_util::stream::Empty;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// Tells how it goes.
pub struct Doctor;

#[faas::grpc(timeout = "10s")]
impl Health for Doctor {
    type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

    #[faas(timeout = "2s")]
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse::default()))
    }

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("not watched"))
    }
}

/// Serves.
#[faas::grpc]
#[must_use]
pub fn health(doctor: State<Doctor>) -> HealthServer<Doctor> {
    HealthServer::from_arc(doctor.0)
}

/// Checks.
#[faas::grpc("test.Doctors/Check")]
#[deprecated]
pub async fn check(
    Proto(request): Proto<HealthCheckRequest>,
    _: State<Doctor>,
) -> Result<Proto<HealthCheckResponse>, Status> {
    drop(request);
    Ok(Proto(HealthCheckResponse::default()))
}

fn main() {}

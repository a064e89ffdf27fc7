//! The user's names are not the names of generated code.

#![allow(dead_code)]

use ::futures_util::stream::Empty;
use ::tonic::{Request, Response, Status};
use ::tonic_health::pb::health_server::{Health, HealthServer};
use ::tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Option;
struct Result;
struct State;
struct Trigger;
struct Duration;
struct Probe;
trait Finish {}
mod core {}
mod std {}
mod tonic {}

struct Doctor;

#[faas::grpc(timeout = "10s")]
impl Health for Doctor {
    type WatchStream = Empty<::std::result::Result<HealthCheckResponse, Status>>;

    #[faas(timeout = "2s")]
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> ::std::result::Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse::default()))
    }

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> ::std::result::Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("not watched"))
    }
}

#[faas::grpc]
fn health(_: ::faas::State<Option>) -> HealthServer<Doctor> {
    HealthServer::new(Doctor)
}

#[faas::grpc("test.Doctors/Check")]
async fn check(
    _: ::faas::Proto<HealthCheckRequest>,
    _: ::faas::State<Option>,
) -> ::faas::Proto<HealthCheckResponse> {
    ::faas::Proto(HealthCheckResponse::default())
}

fn main() {}

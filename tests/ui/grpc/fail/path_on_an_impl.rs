// code: F0146
//! The path of a method on an implementation of all of them.

use futures_util::stream::Empty;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Doctor;

#[faas::grpc("grpc.health.v1.Health/Check")]
impl health_server::Health for Doctor {
    type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

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

fn main() {}

// code: F0168
//! A service of any type.

use futures_util::stream::Empty;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Doctor<T>(T);

#[faas::grpc]
impl<T: Send + Sync + 'static> health_server::Health for Doctor<T> {
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

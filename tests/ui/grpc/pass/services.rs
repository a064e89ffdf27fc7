//! Every form of a service, with every argument.

use faas::State;
use futures_util::stream::Empty;
use tonic::service::interceptor::InterceptedService;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Doctor;

#[faas::resource]
fn doctor() -> Doctor {
    Doctor
}

#[faas::grpc(
    server = HealthServer,
    name = "doctor",
    timeout = "10s",
    concurrency = 4,
    rate = "50/s",
    memory = "256MiB",
    crate = ::faas,
)]
impl Health for Doctor {
    type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

    #[faas(timeout = "2s")]
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(HealthCheckResponse::default()))
    }

    #[cfg(not(windows))]
    #[faas(timeout = "1m")]
    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("not watched"))
    }
}

struct Shared<T>(T);

// The full path of the trait, without its server in scope; the futures are boxed already.
mod elsewhere {
    use super::{
        Empty, HealthCheckRequest, HealthCheckResponse, Request, Response, Shared, Status,
    };

    #[faas::grpc]
    #[tonic::async_trait]
    impl tonic_health::pb::health_server::Health for Shared<u8> {
        type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

        async fn check(
            &self,
            _: Request<HealthCheckRequest>,
        ) -> Result<Response<HealthCheckResponse>, Status> {
            Ok(Response::new(HealthCheckResponse {
                status: i32::from(self.0),
            }))
        }

        async fn watch(
            &self,
            _: Request<HealthCheckRequest>,
        ) -> Result<Response<Self::WatchStream>, Status> {
            Err(Status::unimplemented("not watched"))
        }
    }
}

#[faas::grpc]
fn plain(doctor: State<Doctor>) -> HealthServer<Doctor> {
    HealthServer::from_arc(doctor.0).max_decoding_message_size(1024)
}

type Checked = Result<HealthServer<Doctor>, faas::Error>;

#[faas::grpc(name = "fallible", timeout = "2s")]
async fn fallible(doctor: State<Doctor>) -> Checked {
    Ok(HealthServer::from_arc(doctor.0))
}

type Check = fn(Request<()>) -> Result<Request<()>, Status>;

#[faas::grpc]
fn intercepted() -> InterceptedService<HealthServer<Doctor>, Check> {
    HealthServer::with_interceptor(Doctor, Ok)
}

fn main() {}

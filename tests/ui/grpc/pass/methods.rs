//! One method of a service: one message or a stream of them, either way.

use std::fmt;

use faas::rpc::{Messages, Replies};
use faas::{Context, Proto, State};
use futures_util::stream::{self, Stream};
use tonic::Status;
use tonic::metadata::MetadataMap;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Doctor;

#[faas::grpc("test.Doctors/Check", timeout = "2s", concurrency = 4, crate = ::faas)]
async fn check(
    doctor: State<Doctor>,
    Proto(_request): Proto<HealthCheckRequest>,
    _: Context,
    _metadata: MetadataMap,
) -> Result<Proto<HealthCheckResponse>, faas::Error> {
    drop(doctor);
    Ok(Proto(HealthCheckResponse::default()))
}

#[faas::grpc("Doctors/count")]
async fn count(
    mut requests: Messages<HealthCheckRequest>,
) -> Result<Proto<HealthCheckResponse>, Status> {
    let mut status = 0;
    while requests.message().await?.is_some() {
        status += 1;
    }
    Ok(Proto(HealthCheckResponse { status }))
}

#[faas::grpc("test.Doctors/Watch")]
async fn watch(
    _: Proto<HealthCheckRequest>,
) -> Replies<impl Stream<Item = Result<HealthCheckResponse, Status>>> {
    Replies(stream::empty())
}

#[faas::grpc("test.Doctors/Talk")]
async fn talk(
    _: Messages<HealthCheckRequest>,
) -> Result<Replies<stream::Empty<Result<HealthCheckResponse, Tired>>>, Tired> {
    Err(Tired)
}

#[faas::grpc("test.Doctors/Sleep")]
fn sleep() -> Proto<HealthCheckResponse> {
    Proto(HealthCheckResponse::default())
}

#[derive(Debug)]
struct Tired;

impl fmt::Display for Tired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tired")
    }
}

impl std::error::Error for Tired {}

fn main() {}

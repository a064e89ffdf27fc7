// code: F0165
//! One message, taken as one and as a stream.

use faas::Proto;
use faas::rpc::Messages;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

#[faas::grpc("grpc.health.v1.Health/Check")]
async fn check(
    _: Proto<HealthCheckRequest>,
    _: Messages<HealthCheckRequest>,
) -> Proto<HealthCheckResponse> {
    Proto(HealthCheckResponse::default())
}

fn main() {}

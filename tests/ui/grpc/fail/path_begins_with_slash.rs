// code: F0145
//! A path as it stands in a request.

use faas::Proto;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

#[faas::grpc("/grpc.health.v1.Health/Check")]
async fn check(_: Proto<HealthCheckRequest>) -> Proto<HealthCheckResponse> {
    Proto(HealthCheckResponse::default())
}

fn main() {}

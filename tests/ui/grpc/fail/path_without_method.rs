// code: F0145
//! A service where one of its methods is meant.

use faas::Proto;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

#[faas::grpc("grpc.health.v1.Health")]
async fn check(_: Proto<HealthCheckRequest>) -> Proto<HealthCheckResponse> {
    Proto(HealthCheckResponse::default())
}

fn main() {}

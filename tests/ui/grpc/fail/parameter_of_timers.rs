//! A parameter of another trigger.

use faas::{Proto, Tick};
use tonic_health::pb::HealthCheckResponse;

#[faas::grpc("grpc.health.v1.Health/Check")]
async fn check(_: Tick) -> Proto<HealthCheckResponse> {
    Proto(HealthCheckResponse::default())
}

fn main() {}

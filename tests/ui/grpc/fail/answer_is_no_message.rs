//! An answer in a format of HTTP.

use faas::{Json, Proto};
use tonic_health::pb::HealthCheckRequest;

#[faas::grpc("grpc.health.v1.Health/Check")]
async fn check(_: Proto<HealthCheckRequest>) -> Json<bool> {
    Json(true)
}

fn main() {}

//! An answer without the path of its method.

use faas::Proto;
use tonic_health::pb::HealthCheckResponse;

#[faas::grpc]
async fn check() -> Result<Proto<HealthCheckResponse>, faas::Error> {
    Ok(Proto(HealthCheckResponse::default()))
}

fn main() {}

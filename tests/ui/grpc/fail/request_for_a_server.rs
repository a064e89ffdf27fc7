//! A message where there is no call yet.

use tonic::Request;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

#[faas::grpc]
fn health(_: Request<HealthCheckRequest>) -> HealthServer<HealthService> {
    HealthServer::new(HealthService::from_health_reporter(HealthReporter::new()))
}

fn main() {}

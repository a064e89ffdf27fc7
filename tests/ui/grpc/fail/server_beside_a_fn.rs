// code: F0149
//! A server that is both named and returned.

use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

#[faas::grpc(server = HealthServer)]
fn health() -> HealthServer<HealthService> {
    HealthServer::new(HealthService::from_health_reporter(HealthReporter::new()))
}

fn main() {}

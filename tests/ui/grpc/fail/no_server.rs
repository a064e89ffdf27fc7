// code: F0147
//! Neither a path nor a server that is returned.

use faas::Proto;
use tonic_health::pb::HealthCheckRequest;

#[faas::grpc]
async fn check(_: Proto<HealthCheckRequest>) {}

fn main() {}

// code: F0148
//! A server whose type nobody can write.

use tonic::server::NamedService;

#[faas::grpc]
fn health() -> impl NamedService {
    tonic_health::server::health_reporter().1
}

fn main() {}

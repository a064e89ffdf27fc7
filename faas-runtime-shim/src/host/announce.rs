//! What a start says: what is served, where, and where in the source it stands.

use std::net::SocketAddr;

use http::uri::Scheme;

use crate::application::{Application, FunctionState};
use crate::function::{Schedule, Trigger};

/// Says it; `more` is what follows the address.
pub(crate) fn announce(
    application: &Application,
    scheme: &Scheme,
    address: SocketAddr,
    more: &str,
) {
    for state in application.functions() {
        let place = &state.function().origin;
        tracing::info!("{} ({}, {place})", what(state), state.name());
    }
    let count = application.functions().len();
    let noun = if count == 1 { "function" } else { "functions" };
    tracing::info!("{count} {noun} at {scheme}://{}{more}", reachable(address));
}

fn what(state: &FunctionState) -> String {
    match state.function().trigger {
        Trigger::Http {
            methods: [], path, ..
        } => format!("any method {path}"),
        Trigger::Http { methods, path, .. } => format!("{} {path}", methods.join("|")),
        Trigger::Mount { prefix, .. } => format!("everything under {prefix}"),
        Trigger::Invoke { .. } => format!("invoke {}", state.name()),
        Trigger::Queue { ref spec, .. } => format!("queue {}", spec.queue),
        Trigger::Task { .. } => format!("task {}", state.name()),
        Trigger::Timer { ref spec, .. } => match spec.schedule {
            Schedule::Cron(text) => format!("timer {text}"),
            Schedule::Every(period) => format!("timer every {period:?}"),
        },
        Trigger::Object { ref spec, .. } => format!("objects of {}", spec.bucket),
        Trigger::Binlog { ref spec, .. } => format!("changes of {}", spec.table),
        Trigger::Event { ref spec, .. } => format!("events {}", spec.kind),
        Trigger::Grpc { service, .. } => format!("gRPC {}", service()),
        Trigger::GrpcMethod {
            service, method, ..
        } => format!("gRPC {service}/{method}"),
        Trigger::Thrift { service, .. } => format!("Thrift {}", service()),
    }
}

/// An address that a browser takes: nobody can open `0.0.0.0`.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("localhost:{} (all addresses)", address.port())
    } else {
        address.to_string()
    }
}

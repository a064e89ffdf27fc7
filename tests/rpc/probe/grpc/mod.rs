//! gRPC: its own interoperability service, and what `proto/probe.proto` asks for beside it, each service in another form.

mod echoing;
mod facts;
mod failure;
mod interop;
mod methods;
mod squeezed;

#[allow(
    clippy::allow_attributes_without_reason,
    unnameable_types,
    unreachable_pub,
    unused_qualifications,
    reason = "generated of the proto files"
)]
mod wire {
    pub(crate) mod probe {
        faas::include_proto!("probe");
    }
    pub(crate) mod testing {
        faas::include_proto!("grpc.testing");
    }
}

//! Thrift: the service that has everything, a small one beside it, and what `idl/probe.thrift` asks for.

mod everything;
mod probe;
mod small;

mod wire {
    faas::include_thrift!("everything");
    faas::include_thrift!("probe");
}

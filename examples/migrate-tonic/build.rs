//! Rust of the library's description. `tonic_prost_build::compile_protos` would do as well, but needs `protoc`, and leaves
//! reflection and JSON without the descriptions of messages.

fn main() -> Result<(), faas_build::Error> {
    faas_build::proto("proto/library.proto")
}

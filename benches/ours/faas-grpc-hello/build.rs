//! Compiles the service.

fn main() -> Result<(), faas_build::Error> {
    faas_build::Proto::new()
        .include("../../idl")
        .file("../../idl/hello.proto")
        .compile()
}

//! The services of `idl/`, for an SDK of another name.

fn main() -> Result<(), faas_build::Error> {
    faas_build::Proto::new()
        .include("idl")
        .file("idl/shelf.proto")
        .crate_path("functions")
        .compile()?;
    faas_build::Thrift::new()
        .file("idl/shelf.thrift")
        .crate_path("::functions")
        .compile()
}

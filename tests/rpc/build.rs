//! The services of `proto/` and `../idl/`.

fn main() -> Result<(), faas_build::Error> {
    faas_build::Proto::new()
        .include("proto")
        .file("proto/grpc/testing/test.proto")
        .file("proto/probe.proto")
        .compile()?;
    faas_build::thrift("../idl/everything.thrift")?;
    faas_build::thrift("idl/probe.thrift")
}

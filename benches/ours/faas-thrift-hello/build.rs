//! Compiles the service.

fn main() -> Result<(), faas_build::Error> {
    faas_build::thrift("../../idl/hello.thrift")
}

//! Compiles the service as tonic's documentation shows it, with protox for `protoc`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../../idl/hello.proto");
    let files = protox::compile(["../../idl/hello.proto"], ["../../idl"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .compile_fds(files)?;
    Ok(())
}

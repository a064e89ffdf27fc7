//! Compiles the service as volo's documentation shows it.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    volo_build::Builder::thrift()
        .add_service("../../idl/hello.thrift")
        .out_dir(PathBuf::from(std::env::var("OUT_DIR")?))
        .filename("idl.rs".into())
        .write()?;
    Ok(())
}

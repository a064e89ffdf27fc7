//! Compiles the types of the service, as pilota's documentation shows it.

use std::env;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let file = PathBuf::from(env::var("OUT_DIR")?).join("idl.rs");
    pilota_build::Builder::thrift()
        .ignore_unused(false)
        .compile(["../../idl/hello.thrift"], pilota_build::Output::File(file));
    Ok(())
}

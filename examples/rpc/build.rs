//! Rust of the two descriptions of the shop.

// ANCHOR: build
fn main() -> Result<(), faas_build::Error> {
    faas_build::proto("proto/shop.proto")?;
    faas_build::thrift("idl/shop.thrift")
}
// ANCHOR_END: build

// code: F0166
//! On the type in place of the implementation.

#[faas::grpc]
struct Doctor;

fn main() {}

// code: F0170
//! An implementation of another sort.

struct Doctor(*const u8);

#[faas::grpc]
unsafe impl Send for Doctor {}

fn main() {}

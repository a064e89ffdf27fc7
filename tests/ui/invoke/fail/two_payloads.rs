// code: F0165
//! Two parameters that take the payload.

#[faas::invoke]
async fn take(_first: faas::Json<u64>, _second: faas::Json<u64>) {}

fn main() {}

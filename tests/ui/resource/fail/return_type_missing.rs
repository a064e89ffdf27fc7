// code: F0171
//! A resource that is nothing.

#[faas::resource]
async fn db() {}

fn main() {}

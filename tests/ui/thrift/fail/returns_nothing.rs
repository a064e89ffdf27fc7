// code: F0171
//! A server that is made and dropped.

#[faas::thrift]
fn items() {}

fn main() {}
